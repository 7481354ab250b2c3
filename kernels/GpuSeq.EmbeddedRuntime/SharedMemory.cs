using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>
/// Memory that the lanes of a group share. Every lane makes the same allocations in the same order and gets the same
/// memory; its contents are undefined until a lane writes them.
/// </summary>
/// <exception cref="InvalidOperationException">
/// On any member: the caller is not inside of an explicitly grouped kernel, the group has no room left, or lanes differ.
/// </exception>
public static class SharedMemory
{
    /// <summary>One element.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ref T Allocate<T>()
        where T : unmanaged => ref Allocate<T>(1)[0];

    /// <summary>A number of elements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="extent">How many: a constant.</param>
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
    {
        var lane = LaneContext.Current("SharedMemory.Allocate");
        return lane.Group.AllocateShared<T>(lane, extent);
    }

    /// <summary>The dynamic shared memory that the launch asked for; every call shows the same memory.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged => LaneContext.Current("SharedMemory.GetDynamic").Group.GetDynamic<T>();
}

/// <summary>Memory of one lane or work item.</summary>
public static unsafe class LocalMemory
{
    /// <summary>A number of elements; their contents are undefined. They last until the lane or work item ends.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="extent">How many: a constant.</param>
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
    {
        if (LaneContext.Running is { } lane)
            return lane.Group.AllocateLocal<T>(lane, extent);
        ArgumentOutOfRangeException.ThrowIfNegative(extent);
        return new((T*)LocalArena.OfThread.Allocate((long)extent * sizeof(T)), extent, checkBounds: false);
    }
}

/// <summary>Orders memory accesses of a lane as other lanes see them.</summary>
public static class MemoryFence
{
    /// <summary>As lanes of the group see them.</summary>
    public static void GroupLevel() => Interlocked.MemoryBarrier();

    /// <summary>As lanes of the device see them.</summary>
    public static void DeviceLevel() => Interlocked.MemoryBarrier();

    /// <summary>As the whole system sees them.</summary>
    public static void SystemLevel() => Interlocked.MemoryBarrier();
}
