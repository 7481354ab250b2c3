using System.Collections.Immutable;

namespace ILGPU.Runtime.OpenCL;

/// <summary>A device of an OpenCL platform.</summary>
public sealed unsafe class CLDevice : Device
{
    // Values go through local memory from lane to lane, so a warp is as small as makes its reductions short.
    private const int LanesOfWarp = 8;

    private CLDevice(nint platform, nint id)
    {
        Id = id;
        PlatformName = CLApi.Text(CLApi.GetPlatformInfo, platform, CLApi.PlatformName);
        PlatformVersion = CLApi.Text(CLApi.GetPlatformInfo, platform, CLApi.PlatformVersion);
        Name = CLApi.Text(CLApi.GetDeviceInfo, id, CLApi.DeviceName);
        DeviceVersion = CLApi.Text(CLApi.GetDeviceInfo, id, CLApi.DeviceVersion);
        DriverVersion = CLApi.Text(CLApi.GetDeviceInfo, id, CLApi.DriverVersion);
        Extensions = [.. CLApi.Text(CLApi.GetDeviceInfo, id, CLApi.DeviceExtensions).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        MemorySize = CLApi.Number(id, CLApi.DeviceGlobalMemSize);
        MaxAllocation = CLApi.Number(id, CLApi.DeviceMaxMemAllocSize);
        WarpSize = LanesOfWarp;
        NumMultiprocessors = (int)CLApi.Number(id, CLApi.DeviceMaxComputeUnits);
        MaxNumThreadsPerGroup = (int)CLApi.Number(id, CLApi.DeviceMaxWorkGroupSize);
        MaxNumThreadsPerMultiprocessor = MaxNumThreadsPerGroup; // OpenCL does not tell
        MaxGroupSize = GroupSizes(id);
        MaxGridSize = new(int.MaxValue, ushort.MaxValue, ushort.MaxValue);
        MaxSharedMemoryPerGroup = (int)Math.Min(CLApi.Number(id, CLApi.DeviceLocalMemSize), int.MaxValue);
    }

    /// <inheritdoc/>
    public override AcceleratorType AcceleratorType => AcceleratorType.OpenCL;

    /// <summary>The platform that it belongs to.</summary>
    public string PlatformName { get; }

    /// <summary>The version of OpenCL that the platform has.</summary>
    public string PlatformVersion { get; }

    /// <summary>The version of OpenCL that the device has.</summary>
    public string DeviceVersion { get; }

    /// <summary>The version of its driver.</summary>
    public string DriverVersion { get; }

    /// <summary>OpenCL's extensions that it has.</summary>
    public ImmutableHashSet<string> Extensions { get; }

    /// <summary>The most bytes that one buffer may have.</summary>
    public long MaxAllocation { get; }

    /// <summary>Whether it computes in float64.</summary>
    public bool HasDoubles => Extensions.Contains("cl_khr_fp64");

    internal nint Id { get; }

    /// <summary>The devices of all platforms of this machine.</summary>
    /// <param name="reason">Why there is none; null where there is one.</param>
    public static ImmutableArray<CLDevice> Discover(out string? reason)
    {
        reason = CLApi.Missing;
        if (reason is not null)
            return [];
        uint count = 0;
        _ = CLApi.GetPlatformIDs(0, null, &count); // where there is none, loaders differ in what they return
        var platforms = new nint[count];
        fixed (nint* begin = platforms)
            count = count > 0 && CLApi.GetPlatformIDs(count, begin, null) == CLError.Success ? count : 0;
        if (count == 0)
        {
            reason = "the OpenCL loader finds no platform";
            return [];
        }
        var devices = platforms.SelectMany(platform => DevicesOf(platform).Select(id => new CLDevice(platform, id))).ToImmutableArray();
        var usable = devices.RemoveAll(device => device.Trouble() is not null);
        reason = usable.Length > 0 ? null
            : devices.IsEmpty ? "the OpenCL platforms have no device"
            : $"the OpenCL device {devices[0].Name} cannot be used: {devices[0].Trouble()}";
        return usable;
    }

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreateCLAccelerator(context);

    /// <summary>Creates an accelerator on this device.</summary>
    public CLAccelerator CreateCLAccelerator(Context context) => new(context, this);

    private static nint[] DevicesOf(nint platform)
    {
        uint count = 0;
        if (CLApi.GetDeviceIDs(platform, CLApi.DeviceTypeAll, 0, null, &count) != CLError.Success)
            return [];
        var devices = new nint[count];
        fixed (nint* begin = devices)
            CLApi.Check(CLApi.GetDeviceIDs(platform, CLApi.DeviceTypeAll, count, begin, null), "clGetDeviceIDs");
        return devices;
    }

    private static Index3D GroupSizes(nint id)
    {
        var sizes = stackalloc nuint[16]; // OpenCL has at least three dimensions
        var known = CLApi.GetDeviceInfo(id, CLApi.DeviceMaxWorkItemSizes, (nuint)(16 * sizeof(nuint)), sizes, null) == CLError.Success;
        return known ? new((int)sizes[0], (int)sizes[1], (int)sizes[2]) : default;
    }

    // Why it cannot run kernels, or null.
    private string? Trouble() => DeviceVersion.StartsWith("OpenCL 1.0", StringComparison.Ordinal)
        || DeviceVersion.StartsWith("OpenCL 1.1", StringComparison.Ordinal) ? $"it has {DeviceVersion}, and 1.2 is needed"
        : CLApi.Number(Id, CLApi.DeviceAvailable) == 0 ? "it is not available"
        : CLApi.Number(Id, CLApi.DeviceCompilerAvailable) == 0 ? "it has no compiler"
        : null;
}

/// <summary>Adds OpenCL devices to contexts and creates accelerators on them.</summary>
public static class CLContextExtensions
{
    /// <summary>Adds every OpenCL device of this machine; where there is none, nothing.</summary>
    public static Context.Builder OpenCL(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Devices.AddRange(CLDevice.Discover(out _));
        return builder;
    }

    /// <summary>An OpenCL device of a context.</summary>
    public static CLDevice GetCLDevice(this Context context, int clDeviceIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevice<CLDevice>(clDeviceIndex);
    }

    /// <summary>Creates an accelerator on an OpenCL device of a context.</summary>
    public static CLAccelerator CreateCLAccelerator(this Context context, int clDeviceIndex) =>
        context.GetCLDevice(clDeviceIndex).CreateCLAccelerator(context);
}
