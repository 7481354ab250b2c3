using System.Runtime.InteropServices;

namespace ILGPU.Runtime.Cuda;

/// <summary>An NVIDIA GPU.</summary>
public sealed unsafe class CudaDevice : Device
{
    private const int MaxNameLength = 256;

    private static readonly Lazy<(IReadOnlyList<CudaDevice> Devices, string? Reason)> Found = new(Enumerate);

    private CudaDevice(CudaApi api, int number)
    {
        DeviceId = number;
        Api = api;
        int handle, driver;
        api.Check(api.DeviceGet(&handle, number), "Finding a device");
        Handle = handle;
        var name = stackalloc byte[MaxNameLength];
        api.Check(api.DeviceGetName(name, MaxNameLength, handle), "Asking for a device's name");
        Name = Marshal.PtrToStringUTF8((nint)name) ?? "";
        nuint bytes;
        api.Check(api.DeviceTotalMem(&bytes, handle), "Asking for a device's memory");
        MemorySize = (long)bytes;
        api.Check(api.DriverGetVersion(&driver), "Asking for the driver's version");
        DriverVersion = new(driver / 1000, driver % 1000 / 10);
        Architecture = 10 * Get(DeviceAttribute.ComputeCapabilityMajor) + Get(DeviceAttribute.ComputeCapabilityMinor);
        MaxGridSize = new(Get(DeviceAttribute.MaxGridDimX), Get(DeviceAttribute.MaxGridDimY), Get(DeviceAttribute.MaxGridDimZ));
        MaxGroupSize = new(Get(DeviceAttribute.MaxBlockDimX), Get(DeviceAttribute.MaxBlockDimY), Get(DeviceAttribute.MaxBlockDimZ));
        MaxNumThreadsPerGroup = Get(DeviceAttribute.MaxThreadsPerBlock);
        MaxSharedMemoryPerGroup = Get(DeviceAttribute.MaxSharedMemoryPerBlock);
        MaxDynamicSharedMemoryPerGroup = Math.Max(Get(DeviceAttribute.MaxSharedMemoryPerBlockOptin), MaxSharedMemoryPerGroup);
        WarpSize = Get(DeviceAttribute.WarpSize);
        NumMultiprocessors = Get(DeviceAttribute.MultiprocessorCount);
        MaxNumThreadsPerMultiprocessor = Get(DeviceAttribute.MaxThreadsPerMultiprocessor);
    }

    /// <summary>The NVIDIA GPUs of this machine.</summary>
    public static IReadOnlyList<CudaDevice> All => Found.Value.Devices;

    /// <summary>Why there is no device, or null: no driver, no GPU, no compiler.</summary>
    public static string? Unavailable => Found.Value.Reason;

    /// <inheritdoc/>
    public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;

    /// <summary>Its number among the driver's devices.</summary>
    public int DeviceId { get; }

    /// <summary>90 for compute capability 9.0.</summary>
    public int Architecture { get; }

    /// <summary>The newest version of CUDA that the driver knows.</summary>
    public Version DriverVersion { get; }

    /// <summary>
    /// Shared memory of a group in bytes when part of it is dynamic; static shared memory alone ends at
    /// <see cref="Device.MaxSharedMemoryPerGroup"/>.
    /// </summary>
    public int MaxDynamicSharedMemoryPerGroup { get; }

    internal CudaApi Api { get; }

    internal int Handle { get; }

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreateCudaAccelerator(context);

    /// <summary>Creates an accelerator on this device.</summary>
    public CudaAccelerator CreateCudaAccelerator(Context context) => new(context, this);

    private int Get(DeviceAttribute attribute)
    {
        int value;
        Api.Check(Api.DeviceGetAttribute(&value, attribute, Handle), $"Asking for {attribute}");
        return value;
    }

    private static (IReadOnlyList<CudaDevice>, string?) Enumerate()
    {
        if (CudaApi.Find(out var reason) is not { } api)
            return ([], reason);
        try
        {
            int count;
            api.Check(api.DeviceGetCount(&count), "Counting the devices");
            if (count == 0)
                return ([], "the CUDA driver knows no device");
            if (Nvrtc.Unavailable is { } missing)
                return ([], $"the CUDA driver knows {count} devices, but {missing}");
            return ([.. Enumerable.Range(0, count).Select(number => new CudaDevice(api, number))], null);
        }
        catch (CudaException exception)
        {
            return ([], exception.Message.TrimEnd('.'));
        }
    }
}
