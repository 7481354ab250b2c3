using System.Runtime.CompilerServices;
using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>
/// The warp of the calling lane, in explicitly grouped kernels: lanes that run in step and can read each other's values.
/// A lane keeps its own value where it would read one outside of its warp or of its part of the warp.
/// </summary>
/// <exception cref="InvalidOperationException">On any member: the caller is not inside of an explicitly grouped kernel.</exception>
public static class Warp
{
    /// <summary>The number of lanes in a full warp.</summary>
    public static int WarpSize => LaneContext.Current("Warp.WarpSize").Group.WarpSize;

    /// <summary>The lane's number in its warp.</summary>
    public static int LaneIdx => LaneContext.Current("Warp.LaneIdx").LaneIndex;

    /// <summary>Whether the lane is the first one of its warp.</summary>
    public static bool IsFirstLane => LaneIdx == 0;

    /// <summary>Whether the lane is the last one of a full warp.</summary>
    public static bool IsLastLane => LaneIdx == WarpSize - 1;

    /// <summary>The warp's number in its group.</summary>
    public static int WarpIdx => ComputeWarpIdx(Group.LinearIndex);

    /// <summary>The number of the warp that a lane of the group belongs to.</summary>
    public static int ComputeWarpIdx(Index1D groupThreadIdx) => groupThreadIdx.X / WarpSize;

    /// <summary>The number in its warp of a lane of the group.</summary>
    public static int ComputeWarpThreadIdx(Index1D groupThreadIdx) => groupThreadIdx.X % WarpSize;

    /// <summary>Waits for all lanes of the warp that have not ended.</summary>
    public static void Barrier() => LaneContext.Current("Warp.Barrier").Wait(WaitKind.WarpBarrier);

    /// <summary>The value of a lane of the warp.</summary>
    public static T Shuffle<T>(T variable, int sourceLane)
        where T : unmanaged
    {
        var lane = LaneContext.Current("Warp.Shuffle");
        return Shuffle(lane, variable, sourceLane, lane.Group.WarpSize);
    }

    /// <summary>The value of a lane of the calling lane's part of the warp.</summary>
    /// <param name="variable">This lane's value.</param>
    /// <param name="sourceLane">The lane to read, by its number in the part.</param>
    /// <param name="width">The lanes in each part: a power of two.</param>
    public static T Shuffle<T>(T variable, int sourceLane, int width)
        where T : unmanaged => Shuffle(LaneContext.Current("Warp.Shuffle"), variable, sourceLane & (width - 1), width);

    /// <summary>The value of the lane that is <paramref name="delta"/> higher in the warp.</summary>
    public static T ShuffleDown<T>(T variable, int delta)
        where T : unmanaged
    {
        var lane = LaneContext.Current("Warp.ShuffleDown");
        return Shuffle(lane, variable, lane.LaneIndex + delta, lane.Group.WarpSize);
    }

    /// <summary>The value of the lane that is <paramref name="delta"/> higher in its part of <paramref name="width"/> lanes.</summary>
    public static T ShuffleDown<T>(T variable, int delta, int width)
        where T : unmanaged
    {
        var lane = LaneContext.Current("Warp.ShuffleDown");
        return Shuffle(lane, variable, (lane.LaneIndex & (width - 1)) + delta, width);
    }

    /// <summary>The value of the lane that is <paramref name="delta"/> lower in the warp.</summary>
    public static T ShuffleUp<T>(T variable, int delta)
        where T : unmanaged
    {
        var lane = LaneContext.Current("Warp.ShuffleUp");
        return Shuffle(lane, variable, lane.LaneIndex - delta, lane.Group.WarpSize);
    }

    /// <summary>The value of the lane that is <paramref name="delta"/> lower in its part of <paramref name="width"/> lanes.</summary>
    public static T ShuffleUp<T>(T variable, int delta, int width)
        where T : unmanaged
    {
        var lane = LaneContext.Current("Warp.ShuffleUp");
        return Shuffle(lane, variable, (lane.LaneIndex & (width - 1)) - delta, width);
    }

    /// <summary>The value of the lane whose number differs in the bits of <paramref name="mask"/>.</summary>
    public static T ShuffleXor<T>(T variable, int mask)
        where T : unmanaged
    {
        var lane = LaneContext.Current("Warp.ShuffleXor");
        return Shuffle(lane, variable, lane.LaneIndex ^ mask, lane.Group.WarpSize);
    }

    /// <summary>
    /// The value of the lane whose number in its part of <paramref name="width"/> lanes differs in the bits of <paramref name="mask"/>.
    /// </summary>
    public static T ShuffleXor<T>(T variable, int mask, int width)
        where T : unmanaged
    {
        var lane = LaneContext.Current("Warp.ShuffleXor");
        return Shuffle(lane, variable, (lane.LaneIndex & (width - 1)) ^ mask, width);
    }

    /// <summary>The value that one lane of the warp has.</summary>
    /// <param name="value">This lane's value.</param>
    /// <param name="sourceLane">The number in the warp of the lane whose value all lanes get.</param>
    public static T Broadcast<T>(T value, int sourceLane)
        where T : unmanaged
    {
        var lane = LaneContext.Current("Warp.Broadcast");
        var warp = lane.LinearIndex - lane.LaneIndex;
        return lane.Exchange(WaitKind.WarpBroadcast, value, InRange(sourceLane, lane.Group.WarpSize) ? warp + sourceLane : -1);
    }

    // Takes a lane by its number in the calling lane's part of the warp.
    private static T Shuffle<T>(LaneContext lane, T value, int source, int width)
        where T : unmanaged
    {
        if (width < 1 || width > lane.Group.WarpSize || !int.IsPow2(width))
            ThrowWidth(width, lane.Group.WarpSize);
        var part = lane.LinearIndex - (lane.LaneIndex & (width - 1));
        return lane.Exchange(WaitKind.WarpShuffle, value, InRange(source, width) ? part + source : -1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool InRange(int lane, int width) => (uint)lane < (uint)width;

    private static void ThrowWidth(int width, int warpSize) => throw new ArgumentOutOfRangeException(
        nameof(width), $"A shuffle over {width} lanes is not possible: a power of two up to {warpSize} is.");
}
