namespace ILGPU.Runtime;

/// <summary>The kinds of accelerators.</summary>
public enum AcceleratorType
{
    /// <summary>The processor that runs the program.</summary>
    CPU,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>An OpenCL device.</summary>
    OpenCL,
}

/// <summary>Something that accelerators can be created on.</summary>
public abstract class Device
{
    /// <summary>The kind of accelerator.</summary>
    public abstract AcceleratorType AcceleratorType { get; }

    /// <summary>The name that its maker gave it.</summary>
    public string Name { get; protected init; } = "";

    /// <summary>Its memory in bytes.</summary>
    public long MemorySize { get; protected init; }

    /// <summary>The largest grid of groups.</summary>
    public Index3D MaxGridSize { get; protected init; }

    /// <summary>The largest group in each dimension.</summary>
    public Index3D MaxGroupSize { get; protected init; }

    /// <summary>The largest number of lanes in a group.</summary>
    public int MaxNumThreadsPerGroup { get; protected init; }

    /// <summary>Shared memory of a group in bytes.</summary>
    public int MaxSharedMemoryPerGroup { get; protected init; }

    /// <summary>The number of lanes in a warp.</summary>
    public int WarpSize { get; protected init; }

    /// <summary>The number of units that run groups side by side; on a CPU, the number of threads.</summary>
    public int NumMultiprocessors { get; protected init; }

    /// <summary>The largest number of lanes that one unit holds.</summary>
    public int MaxNumThreadsPerMultiprocessor { get; protected init; }

    /// <summary>Creates an accelerator on this device.</summary>
    public abstract Accelerator CreateAccelerator(Context context);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{AcceleratorType}]";
}
