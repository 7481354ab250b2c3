using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>The elementary functions.</summary>
public enum ElementaryFunction
{
    /// <summary>x^2.</summary>
    Square,

    /// <summary>The square root; NaN below 0.</summary>
    SquareRoot,

    /// <summary>e^x.</summary>
    Exp,

    /// <summary>The natural logarithm; NaN below 0.</summary>
    Log,

    /// <summary>|x|, with the derivative 0 at 0.</summary>
    Abs,

    /// <summary>The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.</summary>
    Erf,

    /// <summary>x where it lies between two bounds, else the nearer one. At the bounds the derivative is 1.</summary>
    Clamp,
}

/// <summary>A function and its derivative, both from x; low and high are the bounds of those that have some.</summary>
internal interface IFunction
{
    static abstract V Value<V>(V x, V low, V high)
        where V : struct, IVector<V>;

    static abstract V Slope<V>(V x, V low, V high)
        where V : struct, IVector<V>;
}

internal readonly struct Square : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x, V low, V high)
        where V : struct, IVector<V> => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<V>(V x, V low, V high)
        where V : struct, IVector<V> => x + x;
}

internal readonly struct SquareRoot : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x, V low, V high)
        where V : struct, IVector<V> => V.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<V>(V x, V low, V high)
        where V : struct, IVector<V> => V.Broadcast(0.5f) / V.Sqrt(x);
}

internal readonly struct Exponential : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x, V low, V high)
        where V : struct, IVector<V> => VectorMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<V>(V x, V low, V high)
        where V : struct, IVector<V> => VectorMath.Exp(x);
}

internal readonly struct Logarithm : IFunction
{
    private const float SmallestNormal = 1.17549435e-38f;
    private const float TwoTo25 = 1 << 25;
    private const float LogOfTwoTo25 = 17.32868f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x, V low, V high)
        where V : struct, IVector<V>
    {
        var infinity = V.Broadcast(float.PositiveInfinity);
        var isSubnormal = V.LessThan(x, V.Broadcast(SmallestNormal));
        var log = VectorMath.Log(V.Select(isSubnormal, x * V.Broadcast(TwoTo25), x));
        log = V.Select(isSubnormal, log - V.Broadcast(LogOfTwoTo25), log);
        var atMostZero = V.Select(V.LessThan(x, V.Zero), V.Sqrt(x), V.Zero - infinity);
        log = V.Select(V.LessThan(V.Zero, x), log, atMostZero);
        return V.Select(V.LessThan(x, infinity), log, x); // infinity and NaN stay
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<V>(V x, V low, V high)
        where V : struct, IVector<V> => V.Broadcast(1f) / x;
}

internal readonly struct Magnitude : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x, V low, V high)
        where V : struct, IVector<V> => V.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<V>(V x, V low, V high)
        where V : struct, IVector<V> => V.Select(V.LessThan(V.Zero, V.Abs(x)), V.CopySign(V.Broadcast(1f), x), x);
}

internal readonly struct ErrorFunction : IFunction
{
    private const float SquareRootOf2 = 1.41421356f;
    private const float TwoOverRootOfPi = 1.12837917f;

    // The share of a normal distribution below x sqrt(2) is (1 + erf x) / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x, V low, V high)
        where V : struct, IVector<V>
    {
        var share = VectorMath.NormalCdf(x * V.Broadcast(SquareRootOf2));
        return share + share - V.Broadcast(1f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<V>(V x, V low, V high)
        where V : struct, IVector<V> => V.Broadcast(TwoOverRootOfPi) * VectorMath.Exp(V.Zero - x * x);
}

internal readonly struct ClampBetween : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x, V low, V high)
        where V : struct, IVector<V> => V.Clamp(x, low, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<V>(V x, V low, V high)
        where V : struct, IVector<V> =>
        V.Select(V.LessThan(x, low), V.Zero, V.Select(V.LessThan(high, x), V.Zero, V.Broadcast(1f)));
}
