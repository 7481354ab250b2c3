using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>Norms of a vector.</summary>
public enum Norm
{
    /// <summary>The square root of the sum of squares.</summary>
    L2,

    /// <summary>The sum of magnitudes.</summary>
    L1,

    /// <summary>The largest magnitude.</summary>
    Infinity,
}

/// <summary>What a reduction makes of many values.</summary>
internal enum ReductionOperation
{
    Sum,
    SumOfSquares,
    SumOfMagnitudes,
    Max,
    MaxMagnitude,
}

/// <summary>A reduction: what it begins with, and how it takes values in.</summary>
internal unsafe interface IReduction
{
    static abstract float Identity { get; }

    /// <summary>Takes a value in.</summary>
    static abstract TVector Take<TVector>(TVector total, TVector value)
        where TVector : struct, IVector<TVector>;

    /// <summary>Takes fewer values in than a vector has lanes.</summary>
    static abstract TVector TakePartial<TVector>(TVector total, float* values, int count)
        where TVector : struct, IVector<TVector>;

    /// <summary>Joins two totals.</summary>
    static abstract TVector Join<TVector>(TVector left, TVector right)
        where TVector : struct, IVector<TVector>;

    /// <summary>Joins the lanes of a total.</summary>
    static abstract float Lanes<TVector>(TVector total)
        where TVector : struct, IVector<TVector>;
}

/// <summary>What a sum takes in for each value.</summary>
internal interface ITerm
{
    static abstract TVector Take<TVector>(TVector total, TVector value)
        where TVector : struct, IVector<TVector>;
}

internal readonly struct PlainTerm : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V total, V value)
        where V : struct, IVector<V> => total + value;
}

internal readonly struct SquareTerm : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V total, V value)
        where V : struct, IVector<V> => V.MultiplyAdd(value, value, total);
}

internal readonly struct MagnitudeTerm : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V total, V value)
        where V : struct, IVector<V> => total + V.Abs(value);
}

/// <summary>A sum of terms.</summary>
internal readonly unsafe struct SumOf<TTerm> : IReduction
    where TTerm : struct, ITerm
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V total, V value)
        where V : struct, IVector<V> => TTerm.Take(total, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V TakePartial<V>(V total, float* values, int count)
        where V : struct, IVector<V> => TTerm.Take(total, VectorMath.LoadPartial<V>(values, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V left, V right)
        where V : struct, IVector<V> => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Lanes<V>(V total)
        where V : struct, IVector<V> => V.Sum(total);
}

/// <summary>The largest value; NaN where there is one.</summary>
internal readonly unsafe struct MaxOf : IReduction
{
    public static float Identity => float.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V total, V value)
        where V : struct, IVector<V> => V.Max(total, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V TakePartial<V>(V total, float* values, int count)
        where V : struct, IVector<V>
    {
        for (var i = 0; i < count; i++)
            total = V.Max(total, V.Broadcast(values[i]));
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V left, V right)
        where V : struct, IVector<V> => V.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Lanes<V>(V total)
        where V : struct, IVector<V> => V.MaxLane(total);
}

/// <summary>The largest magnitude; NaN where there is one.</summary>
internal readonly unsafe struct MaxMagnitudeOf : IReduction
{
    public static float Identity => 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V total, V value)
        where V : struct, IVector<V> => V.Max(total, V.Abs(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V TakePartial<V>(V total, float* values, int count)
        where V : struct, IVector<V> => V.Max(total, V.Abs(VectorMath.LoadPartial<V>(values, count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V left, V right)
        where V : struct, IVector<V> => V.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Lanes<V>(V total)
        where V : struct, IVector<V> => V.MaxLane(total);
}
