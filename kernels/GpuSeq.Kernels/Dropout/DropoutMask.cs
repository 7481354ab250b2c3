using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>
/// The mask of a dropout that is part of another kernel: element i is dropped where number i of a call is below the rate, and
/// divided by 1 - rate elsewhere, as <see cref="Dropout"/> does it. The default drops nothing.
/// </summary>
public readonly struct DropoutMask
{
    internal readonly float Rate;
    internal readonly float Factor;
    internal readonly RandomCall Random;

    /// <summary>A mask.</summary>
    /// <param name="rate">The share that is dropped, from 0 to 1, exclusively.</param>
    /// <param name="seed">The seed of the mask.</param>
    /// <param name="call">The number of the call under the seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is none.</exception>
    public DropoutMask(float rate, ulong seed, ulong call)
    {
        if (!(rate is >= 0f and < 1f))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "Dropout: a rate is from 0 to 1, exclusively.");
        (Rate, Factor, Random) = (rate, 1f / (1f - rate), new(seed, call));
    }

    /// <summary>Elements after dropout, where their random numbers are given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal V Apply<V>(V x, V unit)
        where V : struct, IVector<V> => V.Select(V.LessThan(unit, V.Broadcast(Rate)), V.Zero, x * V.Broadcast(Factor));
}
