using GpuSeq.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuSeq.Engine;

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

    /// <summary>Grows with every change, such as freezing a parameter, after which steps launch something else.</summary>
    internal int Version { get; set; }

    /// <summary>The number of parameters that have a gradient at this moment; the next one is added to it.</summary>
    internal int WrittenGradients { get; set; }

    /// <summary>The most bytes of its memory that tensors and kernels have used at one time.</summary>
    public long PeakBytes => Pool.PeakBytesInUse;

    /// <summary>Whether kernels that were compiled for GPUs are kept on disk, for this and the next programs.</summary>
    public static bool CachesKernels
    {
        get => RuntimeLibrary.CachesKernels;
        set => RuntimeLibrary.CachesKernels = value;
    }

    /// <summary>Opens a device.</summary>
    /// <param name="id">As <see cref="List"/> gives it; a kind alone, such as <c>opencl</c>, is its first device.</param>
    /// <exception cref="DeviceException">There is no such device, or it cannot be used; says why.</exception>
    public static Device Open(string id = "cpu")
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id == "cpu")
            return Cpu(Environment.ProcessorCount);
        if (DeviceKind.Parse(id, out var number) is not { } kind)
            throw NotFound(id);
        var context = kind.CreateContext();
        try
        {
            var devices = kind.Devices(context);
            return number < devices.Length
                ? new Device(id, context, devices[number].CreateAccelerator(context))
                : throw NotFound(id);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

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
        return [new("cpu", cpu.Name, "cpu", cpu.MemorySize, true, null), .. DeviceKind.All.SelectMany(kind => kind.List())];
    }

    /// <summary>Starts a graph: the scope of one step.</summary>
    /// <param name="random">Where dropout draws from; needed only where there is dropout.</param>
    /// <param name="isTraining">Whether operations are recorded for <see cref="Graph.Backward"/> and dropout drops.</param>
    public Graph BeginGraph(RandomStream? random = null, bool isTraining = true) => new(this, random, isTraining);

    /// <summary>Takes memory that outlives the step that is being recorded, if one is.</summary>
    internal MemoryBlock Rent(long bytes) =>
        Kernels.Recorder is { } recorder ? recorder.Suspend(() => Pool.Rent(bytes)) : Pool.Rent(bytes);

    /// <summary>Waits until everything that was launched has run.</summary>
    /// <exception cref="AcceleratorException">A kernel failed; says which.</exception>
    public void Synchronize() => Accelerator.Synchronize();

    /// <summary>
    /// Whether an exception tells of a device: one that cannot be used, a kernel that failed or cannot be translated, memory that
    /// is not there.
    /// </summary>
    public static bool IsFailure(Exception exception) =>
        exception is DeviceException or AcceleratorException or OutOfMemoryException || RuntimeLibrary.IsTranslationFailure(exception);

    /// <summary>Gives the device's memory back.</summary>
    public void Dispose()
    {
        Kernels.Dispose();
        Accelerator.Dispose();
        _context.Dispose();
    }

    /// <summary>The error of asking for a device that is not there.</summary>
    internal static DeviceException NotFound(string id)
    {
        var devices = List();
        var kind = DeviceKind.Parse(id, out _)?.Id;
        return new(devices.FirstOrDefault(device => device.Kind == kind && !device.IsAvailable) is { } missing
            ? $"Device {id} cannot be used: {missing.Reason}."
            : $"There is no device {id}. There is: {string.Join(", ", devices.Where(device => device.IsAvailable).Select(device => device.Id))}.");
    }
}
