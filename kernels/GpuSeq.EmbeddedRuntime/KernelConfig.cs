using System.Runtime.CompilerServices;

namespace ILGPU;

/// <summary>How an explicitly grouped kernel is launched: groups in the grid, lanes in a group, dynamic shared memory.</summary>
public readonly struct KernelConfig
{
    /// <summary>A launch over one-dimensional groups.</summary>
    public KernelConfig(Index1D gridDim, Index1D groupDim, SharedMemoryConfig sharedMemoryConfig = default)
        : this(new Index3D(gridDim, 1, 1), new Index3D(groupDim, 1, 1), sharedMemoryConfig)
    {
    }

    /// <summary>A launch over two-dimensional groups.</summary>
    public KernelConfig(Index2D gridDim, Index2D groupDim, SharedMemoryConfig sharedMemoryConfig = default)
        : this(new Index3D(gridDim.X, gridDim.Y, 1), new Index3D(groupDim.X, groupDim.Y, 1), sharedMemoryConfig)
    {
    }

    /// <summary>A launch over three-dimensional groups.</summary>
    public KernelConfig(Index3D gridDim, Index3D groupDim, SharedMemoryConfig sharedMemoryConfig = default)
    {
        GridDim = gridDim;
        GroupDim = groupDim;
        SharedMemoryConfig = sharedMemoryConfig;
    }

    /// <summary>The number of groups.</summary>
    public Index3D GridDim { get; }

    /// <summary>The number of lanes in a group.</summary>
    public Index3D GroupDim { get; }

    /// <summary>The dynamic shared memory of a group.</summary>
    public SharedMemoryConfig SharedMemoryConfig { get; }

    /// <summary>The number of lanes in the grid.</summary>
    public long Size => GridDim.LongSize * GroupDim.LongSize;

    /// <summary>A launch over one-dimensional groups.</summary>
    public static implicit operator KernelConfig((Index1D Grid, Index1D Group) value) => new(value.Grid, value.Group);

    /// <summary>A launch over two-dimensional groups.</summary>
    public static implicit operator KernelConfig((Index2D Grid, Index2D Group) value) => new(value.Grid, value.Group);

    /// <summary>A launch over three-dimensional groups.</summary>
    public static implicit operator KernelConfig((Index3D Grid, Index3D Group) value) => new(value.Grid, value.Group);

    /// <summary>A launch with dynamic shared memory.</summary>
    public static implicit operator KernelConfig((Index1D Grid, Index1D Group, SharedMemoryConfig Shared) value) =>
        new(value.Grid, value.Group, value.Shared);
}

/// <summary>The dynamic shared memory that a launch gives each group.</summary>
public readonly struct SharedMemoryConfig
{
    private SharedMemoryConfig(int numElements, int elementSize)
    {
        NumElements = numElements;
        ElementSize = elementSize;
    }

    /// <summary>No dynamic shared memory.</summary>
    public static readonly SharedMemoryConfig Empty;

    /// <summary>The number of elements.</summary>
    public int NumElements { get; }

    /// <summary>The size of an element in bytes.</summary>
    public int ElementSize { get; }

    /// <summary>The number of bytes.</summary>
    public int ArraySize => NumElements * ElementSize;

    /// <summary>Asks for elements of a type.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="numElements">How many.</param>
    public static SharedMemoryConfig RequestDynamic<T>(int numElements)
        where T : unmanaged => new(numElements, Unsafe.SizeOf<T>());
}
