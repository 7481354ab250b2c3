using System.Runtime.CompilerServices;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>What follows a reduction: y = scale total, or its square root, added to what y holds or not.</summary>
internal struct ReductionFinish
{
    public float Scale;
    public int TakesRoot;
    public int Accumulate;

    /// <summary>The total as it is.</summary>
    public static ReductionFinish None => new() { Scale = 1f };

    /// <summary>What y holds after, where it held a value before that counts only if it is added to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Result(float total, float before)
    {
        var value = Scale * (TakesRoot != 0 ? XMath.Sqrt(total) : total);
        return Accumulate != 0 ? before + value : value;
    }
}
