using System.Globalization;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuSeq.Engine;

/// <summary>A kind of accelerators besides CPUs.</summary>
/// <param name="Id">What names of its devices begin with.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Type">What the runtime calls it.</param>
/// <param name="Add">Adds its devices to a context.</param>
internal sealed record DeviceKind(string Id, string Name, AcceleratorType Type, Func<Context.Builder, Context.Builder> Add)
{
    public static readonly DeviceKind[] All =
    [
        new("opencl", "OpenCL", AcceleratorType.OpenCL, builder => builder.OpenCL()),
        new("cuda", "CUDA", AcceleratorType.Cuda, builder => builder.Cuda()),
    ];

    /// <summary>Reads a name such as <c>opencl</c>, which is the first device, or <c>cuda:1</c>.</summary>
    /// <returns>The kind, or null where it is no such name.</returns>
    public static DeviceKind? Parse(string id, out int number)
    {
        var parts = id.Split(':');
        number = 0;
        return parts.Length <= 2 && (parts.Length == 1 || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number))
            ? All.FirstOrDefault(kind => kind.Id == parts[0])
            : null;
    }

    /// <summary>A context with its devices.</summary>
    public Context CreateContext() => Context.Create(builder => Add(RuntimeLibrary.Configure(builder)));

    /// <summary>Its devices in a context. ILGPU adds a CPU where there is none.</summary>
    public ILGPU.Runtime.Device[] Devices(Context context) => [.. context.Devices.Where(device => device.AcceleratorType == Type)];

    /// <summary>Its devices, or one line that says why there is none.</summary>
    public IReadOnlyList<DeviceInfo> List()
    {
        try
        {
            using var context = CreateContext();
            var devices = Devices(context);
            return devices.Length == 0
                ? [Missing(RuntimeLibrary.WhyMissing(Type))]
                : [.. devices.Select((device, i) => new DeviceInfo($"{Id}:{i}", device.Name, Id, device.MemorySize, true, null))];
        }
        catch (AcceleratorException exception)
        {
            return [Missing(exception.Message.TrimEnd('.'))];
        }
    }

    private DeviceInfo Missing(string reason) => new(Id, Name, Id, 0, false, reason);
}
