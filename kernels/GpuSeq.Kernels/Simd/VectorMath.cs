using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuSeq.Kernels.Simd;

/// <summary>Elementary functions over vectors, within about 2 units in the last place.</summary>
internal static unsafe class VectorMath
{
    /// <summary>The logarithm of e to the base 2.</summary>
    public const float Log2E = 1.44269504f;

    /// <summary>The natural logarithm of 2.</summary>
    public const float Ln2 = 0.693147181f;

    /// <summary>The first count lanes from memory, zero in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadPartial<TVector>(float* source, int count)
        where TVector : struct, IVector<TVector>
    {
        return count >= TVector.Count ? TVector.Load(source) : TVector.LoadFirst(source, count, 0f);
    }

    /// <summary>The first count lanes from memory, a filler in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadPartial<TVector>(float* source, int count, float filler)
        where TVector : struct, IVector<TVector>
    {
        return count >= TVector.Count ? TVector.Load(source) : TVector.LoadFirst(source, count, filler);
    }

    /// <summary>Stores the first count lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial<TVector>(TVector value, float* target, int count)
        where TVector : struct, IVector<TVector>
    {
        if (count >= TVector.Count)
            TVector.Store(value, target);
        else
            TVector.StoreFirst(value, target, count);
    }

    /// <summary>Copies count elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<TVector>(float* source, float* target, int count)
        where TVector : struct, IVector<TVector>
    {
        if (count > 16 * TVector.Count)
        {
            Buffer.MemoryCopy(source, target, (long)count * sizeof(float), (long)count * sizeof(float));
            return;
        }
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            TVector.Store(TVector.Load(source + i), target + i);
        if (i == count)
            return;
        if (i > 0) // the last vector ends with the row
        {
            TVector.Store(TVector.Load(source + count - TVector.Count), target + count - TVector.Count);
            return;
        }
        for (; i + Vector128<float>.Count <= count; i += Vector128<float>.Count)
            Vector128.Load(source + i).Store(target + i);
        for (; i < count; i++)
            target[i] = source[i];
    }

    /// <summary>Copies count elements past the caches, as <see cref="Writing.Stream"/> says.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static void CopyStreaming<TVector>(float* source, float* target, int count)
        where TVector : struct, IVector<TVector>
    {
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            Write(TVector.Load(source + i), target + i, TVector.Count, Writing.Stream);
        for (; i < count; i++)
            target[i] = source[i];
    }

    /// <summary>Writes the first count lanes as <see cref="Writing"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<TVector>(TVector value, float* target, int count, int writing)
        where TVector : struct, IVector<TVector>
    {
        if (writing == Writing.Stream && count >= TVector.Count && (nuint)target % (nuint)(TVector.Count * sizeof(float)) == 0)
        {
            TVector.StoreStreaming(value, target);
            return;
        }
        if (writing == Writing.Add)
            value += LoadPartial<TVector>(target, count);
        StorePartial(value, target, count);
    }

    /// <summary>
    /// <see cref="IVector{TSelf}.LoadFirst"/> where a processor has no masks. A call makes its caller keep vectors in memory, also in
    /// the loops before it.
    /// </summary>
    public static TVector LoadTail<TVector>(float* source, int count, float filler)
        where TVector : struct, IVector<TVector>
    {
        var lanes = stackalloc float[TVector.Count];
        for (var i = 0; i < TVector.Count; i++)
            lanes[i] = i < count ? source[i] : filler;
        return TVector.Load(lanes);
    }

    /// <summary><see cref="IVector{TSelf}.StoreFirst"/> where a processor has no masks.</summary>
    public static void StoreTail<TVector>(TVector value, float* target, int count)
        where TVector : struct, IVector<TVector>
    {
        var lanes = stackalloc float[TVector.Count];
        TVector.Store(value, lanes);
        for (var i = 0; i < count; i++)
            target[i] = lanes[i];
    }

    /// <summary>
    /// e^x: x = n ln 2 + r with |r| at most ln 2 / 2, e^r by a minimax fit.
    /// 0 where e^x is no normal number, infinity where it is too large; NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var lowest = TVector.Broadcast(-87.3365f);
        var highest = TVector.Broadcast(88.72283f);
        var clamped = TVector.Clamp(x, lowest, highest);
        var n = TVector.Round(clamped * TVector.Broadcast(Log2E));
        var r = TVector.MultiplyAdd(n, TVector.Broadcast(-0.693359375f), clamped);
        r = TVector.MultiplyAdd(n, TVector.Broadcast(2.12194440e-4f), r);
        var value = TVector.ScaleByPowerOfTwo(ExpOfSmall(r), n);
        value = TVector.Select(TVector.LessThan(x, lowest), TVector.Zero, value);
        return TVector.Select(TVector.LessThan(highest, x), TVector.Broadcast(float.PositiveInfinity), value);
    }

    /// <summary>
    /// 2^x for x up to 0: 2^n times a minimax fit of 2^r with |r| at most 1/2. 0 where that is no normal number, -infinity
    /// included; NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector PowerOfTwo<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var bounded = TVector.MaxNumber(TVector.Broadcast(LowestExponent), x);
        var biased = bounded + TVector.Broadcast(ExponentRounder);
        var r = bounded - (biased - TVector.Broadcast(ExponentRounder));
        var p = TVector.Broadcast(1.539410374e-4f);
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(1.340923074e-3f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(9.618294484e-3f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(5.550299719e-2f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(2.402264904e-1f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(6.931472239e-1f));
        return TVector.MultiplyAdd(p, r, TVector.Broadcast(1f)) * TVector.PowerOfTwo(biased);
    }

    /// <summary>
    /// e^x for x up to 0, and no further than 80, in fewer steps than <see cref="Exp"/>. 0 where that is no normal number,
    /// -infinity included; NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ExpOfNegative<TVector>(TVector x)
        where TVector : struct, IVector<TVector> => ExpOfBounded(TVector.MaxNumber(TVector.Broadcast(LowestExponent * Ln2), x));

    // Adding it rounds to an integer and leaves the biased exponent of a power of 2 in the lowest bits.
    private const float ExponentRounder = 12582912f + 127f; // 1.5 2^23

    // Its power of 2 comes out as 0.
    private const float LowestExponent = -127f;

    // For x / ln 2 from LowestExponent to 128, where it is infinite.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpOfBounded<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var biased = TVector.MultiplyAdd(x, TVector.Broadcast(Log2E), TVector.Broadcast(ExponentRounder));
        var n = biased - TVector.Broadcast(ExponentRounder);
        var r = TVector.MultiplyAdd(n, TVector.Broadcast(-0.693359375f), x);
        r = TVector.MultiplyAdd(n, TVector.Broadcast(2.12194440e-4f), r);
        return ExpOfSmall(r) * TVector.PowerOfTwo(biased);
    }

    // For |r| up to ln 2 / 2. Terms are paired: the steps that wait for each other limit it, not their number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpOfSmall<TVector>(TVector r)
        where TVector : struct, IVector<TVector>
    {
        var square = r * r;
        var low = TVector.MultiplyAdd(TVector.Broadcast(1.66665211e-1f), r, TVector.Broadcast(4.9999994e-1f));
        var high = TVector.MultiplyAdd(TVector.Broadcast(8.36874545e-3f), r, TVector.Broadcast(4.16683927e-2f));
        high = TVector.MultiplyAdd(TVector.Broadcast(1.38145359e-3f), square, high);
        return TVector.MultiplyAdd(TVector.MultiplyAdd(high, square, low), square, r + TVector.Broadcast(1f));
    }

    /// <summary>Asks for a cache line that will be read soon; it need not be memory of ours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    /// <summary>1 / (1 + e^-x), finite for every x but NaN; 0 where that is no normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var one = TVector.Broadcast(1f);
        var bounded = TVector.Clamp(TVector.Zero - x, TVector.Broadcast(-88f), TVector.Broadcast(88.8f));
        return one / (one + ExpOfBounded(bounded));
    }

    /// <summary>s = 1 / (1 + e^-x) and 1 - s, to full precision near 0 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TVector S, TVector OneMinusS) SigmoidAndRest<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var t = ExpOfBounded(TVector.Clamp(TVector.Zero - x, TVector.Broadcast(-80f), TVector.Broadcast(80f)));
        var s = TVector.Broadcast(1f) / (TVector.Broadcast(1f) + t);
        return (s, t * s);
    }

    /// <summary>
    /// tanh x as x P(x^2) / Q(x^2), a minimax fit up to 8.7, from where it is 1 but for rounding. Within 3e-7, and within 2 units in
    /// the last place near 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        x = TVector.Clamp(x, TVector.Broadcast(-9.2f), TVector.Broadcast(9.2f));
        var z = x * x;
        var p = TVector.MultiplyAdd(TVector.Broadcast(1.38976769e-8f), z, TVector.Broadcast(2.09938649e-5f));
        var q = TVector.MultiplyAdd(TVector.Broadcast(7.99654589e-7f), z, TVector.Broadcast(3.32365112e-4f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(3.51874591e-3f));
        q = TVector.MultiplyAdd(q, z, TVector.Broadcast(2.5964901e-2f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(1.34004682e-1f));
        q = TVector.MultiplyAdd(q, z, TVector.Broadcast(4.67337885e-1f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(0.999999985f)) * x;
        q = TVector.MultiplyAdd(q, z, TVector.Broadcast(1f));
        return TVector.Clamp(p / q, TVector.Broadcast(-1f), TVector.Broadcast(1f));
    }

    /// <summary>
    /// (1 + erf(x / sqrt 2)) / 2, the share of the standard normal distribution below x, within 2e-7: 1/2 + x P(x^2) / Q(x^2), a
    /// minimax fit up to 5.4. 0 and 1 outside.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector NormalCdf<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        x = TVector.Clamp(x, TVector.Broadcast(-5.6f), TVector.Broadcast(5.6f));
        var z = x * x;
        var p = TVector.MultiplyAdd(TVector.Broadcast(2.35910002e-8f), z, TVector.Broadcast(6.32372713e-6f));
        var q = TVector.MultiplyAdd(TVector.Broadcast(1.21982445e-6f), z, TVector.Broadcast(7.11731238e-5f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(1.60695647e-4f));
        q = TVector.MultiplyAdd(q, z, TVector.Broadcast(1.83865848e-3f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(4.62896796e-3f));
        q = TVector.MultiplyAdd(q, z, TVector.Broadcast(2.81801324e-2f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(3.30294315e-2f));
        q = TVector.MultiplyAdd(q, z, TVector.Broadcast(2.4945897e-1f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(3.98942275e-1f)) * x;
        q = TVector.MultiplyAdd(q, z, TVector.Broadcast(1f));
        var half = TVector.Broadcast(0.5f);
        return half + TVector.Clamp(p / q, TVector.Broadcast(-0.5f), half);
    }

    /// <summary>
    /// The natural logarithm of a normal positive number m 2^e: e ln 2 + f - f^2 / 2 + f^3 R(f) with f = m - 1, R a minimax fit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var e = TVector.Exponent(x);
        var f = TVector.ScaleByPowerOfTwo(x, TVector.Zero - e) - TVector.Broadcast(1f);
        var r = TVector.Broadcast(-7.859622812e-2f);
        r = TVector.MultiplyAdd(r, f, TVector.Broadcast(1.28816504e-1f));
        r = TVector.MultiplyAdd(r, f, TVector.Broadcast(-1.312875206e-1f));
        r = TVector.MultiplyAdd(r, f, TVector.Broadcast(1.418119143e-1f));
        r = TVector.MultiplyAdd(r, f, TVector.Broadcast(-1.662455427e-1f));
        r = TVector.MultiplyAdd(r, f, TVector.Broadcast(2.00022863e-1f));
        r = TVector.MultiplyAdd(r, f, TVector.Broadcast(-2.50008104e-1f));
        r = TVector.MultiplyAdd(r, f, TVector.Broadcast(3.333331673e-1f));
        var square = f * f;
        // ln 2 in two parts, as in Exp.
        var small = TVector.MultiplyAdd(r * f, square, e * TVector.Broadcast(-2.12194440e-4f));
        small = TVector.MultiplyAdd(square, TVector.Broadcast(-0.5f), small);
        return TVector.MultiplyAdd(e, TVector.Broadcast(0.693359375f), f + small);
    }

    /// <summary>sin and cos of 2 pi u for u from 0 to 1: minimax fits over an eighth of a turn to either side, and the quarter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TVector Sin, TVector Cos) SinCosOfTurns<TVector>(TVector u)
        where TVector : struct, IVector<TVector>
    {
        var quarter = TVector.Round(u * TVector.Broadcast(4f)); // 0 to 4
        var r = TVector.MultiplyAdd(quarter, TVector.Broadcast(-0.25f), u);
        var z = r * r;
        var s = TVector.Broadcast(-75.40206791f);
        s = TVector.MultiplyAdd(s, z, TVector.Broadcast(81.59255354f));
        s = TVector.MultiplyAdd(s, z, TVector.Broadcast(-41.34166263f));
        s = TVector.MultiplyAdd(s, z, TVector.Broadcast(6.283185288f)) * r;
        var c = TVector.Broadcast(59.22040732f);
        c = TVector.MultiplyAdd(c, z, TVector.Broadcast(-85.44285212f));
        c = TVector.MultiplyAdd(c, z, TVector.Broadcast(64.93931621f));
        c = TVector.MultiplyAdd(c, z, TVector.Broadcast(-19.73920865f));
        c = TVector.MultiplyAdd(c, z, TVector.Broadcast(1f));
        var one = TVector.Broadcast(1f);
        var two = TVector.Broadcast(2f);
        var isOdd = TVector.LessThan(TVector.Abs(TVector.Abs(quarter - two) - one), TVector.Broadcast(0.5f)); // quarters 1 and 3
        var sinSign = TVector.Select(TVector.LessThan(TVector.Abs(quarter - TVector.Broadcast(2.5f)), one), TVector.Zero - one, one);
        var cosSign = TVector.Select(TVector.LessThan(TVector.Abs(quarter - TVector.Broadcast(1.5f)), one), TVector.Zero - one, one);
        return (TVector.Select(isOdd, c, s) * sinSign, TVector.Select(isOdd, s, c) * cosSign);
    }

    /// <summary>
    /// Where the standard normal distribution has a share p below: Wichura, "The Percentage Points of the Normal Distribution"
    /// (1988), the rational fits PPND7. 1 - p comes beside p, so that neither tail loses digits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector NormalQuantile<TVector>(TVector p, TVector rest)
        where TVector : struct, IVector<TVector>
    {
        var one = TVector.Broadcast(1f);
        var q = (p - rest) * TVector.Broadcast(0.5f);
        var near = TVector.Broadcast(0.180625f) - q * q;
        var middle = q * Cubic(near, 3.3871327179f, 50.434271938f, 159.29113202f, 59.109374720f)
            / TVector.MultiplyAdd(near, Quadratic(near, 17.895169469f, 78.757757664f, 67.187563600f), one);
        var smaller = TVector.Max(TVector.Min(p, rest), TVector.Broadcast(1.2e-38f));
        var r = TVector.Sqrt(TVector.Zero - Log(smaller));
        var t = r - TVector.Broadcast(1.6f);
        var tail = Cubic(t, 1.4234372777f, 2.7568153900f, 1.3067284816f, 0.17023821103f)
            / TVector.MultiplyAdd(t, TVector.MultiplyAdd(t, TVector.Broadcast(0.12021132975f), TVector.Broadcast(0.73700164250f)), one);
        var far = r - TVector.Broadcast(5f);
        var farTail = Cubic(far, 6.6579051150f, 3.0812263860f, 0.42868294337f, 0.017337203997f)
            / TVector.MultiplyAdd(
                far, TVector.MultiplyAdd(far, TVector.Broadcast(0.012258202635f), TVector.Broadcast(0.24197894225f)), one);
        tail = TVector.CopySign(TVector.Select(TVector.LessThan(TVector.Zero, far), farTail, tail), q);
        return TVector.Select(TVector.LessThan(TVector.Abs(q), TVector.Broadcast(0.425f)), middle, tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Cubic<TVector>(TVector x, float a, float b, float c, float d)
        where TVector : struct, IVector<TVector> => TVector.MultiplyAdd(Quadratic(x, b, c, d), x, TVector.Broadcast(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Quadratic<TVector>(TVector x, float a, float b, float c)
        where TVector : struct, IVector<TVector> =>
        TVector.MultiplyAdd(TVector.MultiplyAdd(TVector.Broadcast(c), x, TVector.Broadcast(b)), x, TVector.Broadcast(a));
}
