using GpuSeq.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuSeq.Engine;

/// <summary>A device that may be there or not, as a list shows it.</summary>
/// <param name="Id">What <see cref="Device.Open"/> takes, such as <c>cpu</c>.</param>
/// <param name="Name">The name that its maker gave it.</param>
/// <param name="Kind"><c>cpu</c>, <c>opencl</c> or <c>cuda</c>.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="IsAvailable">Whether it can be opened.</param>
/// <param name="Reason">Why not, or null.</param>
public sealed record DeviceInfo(string Id, string Name, string Kind, long MemoryBytes, bool IsAvailable, string? Reason);

/// <summary>An accelerator with its kernels and its memory pool.</summary>
/// <remarks>A device is used by one thread at a time.</remarks>
public sealed class Device : IDisposable
{
    private const int LanesPerWarp = 2; // the least that ILGPU's CPU accelerator takes; rows use none

    private readonly Context _context;

    private Device(string id, Context context, Accelerator accelerator)
    {
        Id = id;
        _context = context;
        Accelerator = accelerator;
        Kernels = new KernelLibrary(accelerator);
    }

    /// <summary>What it was opened as.</summary>
    public string Id { get; }

    /// <summary>The name that its maker gave it.</summary>
    public string Name => Accelerator.Name;

    /// <summary>Whether it is a CPU.</summary>
    public bool IsCpu => Accelerator.AcceleratorType == AcceleratorType.CPU;

    /// <summary>What runs the kernels.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The kernels.</summary>
    public KernelLibrary Kernels { get; }

    /// <summary>The memory of tensors and kernels.</summary>
    public MemoryPool Pool => Kernels.Pool;

    /// <summary>Opens a device.</summary>
    /// <param name="id">As <see cref="List"/> gives it.</param>
    /// <exception cref="DeviceException">There is no such device, or it cannot be used; says why.</exception>
    public static Device Open(string id = "cpu") => id switch
    {
        "cpu" => Cpu(Environment.ProcessorCount),
        _ => throw new DeviceException(Unavailable(id)),
    };

    /// <summary>Opens the CPU with a given number of threads.</summary>
    public static Device Cpu(int threads)
    {
        var context = Context.Create(builder => builder.CPU(new CPUDevice(LanesPerWarp, 1, threads)));
        return new Device("cpu", context, context.CreateCPUAccelerator(0));
    }

    /// <summary>The devices that this machine has, and the kinds that it lacks with the reason.</summary>
    public static IReadOnlyList<DeviceInfo> List()
    {
        using var context = Context.Create(builder => builder.CPU());
        var cpu = context.Devices[0];
        const string NotBuilt = "this build has no accelerator of this kind";
        return
        [
            new("cpu", cpu.Name, "cpu", cpu.MemorySize, true, null),
            new("opencl", "OpenCL", "opencl", 0, false, NotBuilt),
            new("cuda", "CUDA", "cuda", 0, false, NotBuilt),
        ];
    }

    /// <summary>Starts a graph: the scope of one step.</summary>
    /// <param name="random">Where dropout draws from; needed only where there is dropout.</param>
    /// <param name="isTraining">Whether operations are recorded for <see cref="Graph.Backward"/> and dropout drops.</param>
    public Graph BeginGraph(RandomStream? random = null, bool isTraining = true) => new(this, random, isTraining);

    /// <summary>Waits until everything that was launched has run.</summary>
    /// <exception cref="AcceleratorException">A kernel failed; says which.</exception>
    public void Synchronize() => Accelerator.Synchronize();

    /// <summary>Whether an exception tells of a device: one that cannot be used, a kernel that failed, memory that is not there.</summary>
    public static bool IsFailure(Exception exception) => exception is DeviceException or AcceleratorException or OutOfMemoryException;

    /// <summary>Gives the device's memory back.</summary>
    public void Dispose()
    {
        Kernels.Dispose();
        Accelerator.Dispose();
        _context.Dispose();
    }

    private static string Unavailable(string id)
    {
        var devices = List();
        var kind = id.Split(':')[0];
        return devices.FirstOrDefault(device => device.Kind == kind && !device.IsAvailable) is { } known
            ? $"Device {id} cannot be used: {known.Reason}."
            : $"There is no device {id}. There is: {string.Join(", ", devices.Where(device => device.IsAvailable).Select(device => device.Id))}.";
    }
}

/// <summary>A device cannot be opened.</summary>
/// <param name="message">Says which and why.</param>
public sealed class DeviceException(string message) : Exception(message);
