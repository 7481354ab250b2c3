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
        return count >= TVector.Count ? TVector.Load(source) : LoadTail<TVector>(source, count);
    }

    /// <summary>The first count lanes from memory, a filler in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadPartial<TVector>(float* source, int count, float filler)
        where TVector : struct, IVector<TVector>
    {
        return count >= TVector.Count ? TVector.Load(source) : LoadTail<TVector>(source, count, filler);
    }

    /// <summary>Stores the first count lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial<TVector>(TVector value, float* target, int count)
        where TVector : struct, IVector<TVector>
    {
        if (count >= TVector.Count)
            TVector.Store(value, target);
        else
            StoreTail(value, target, count);
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

    // Out of line: a method with a stack buffer is not inlined, and the whole vectors must not pay for that.
    private static TVector LoadTail<TVector>(float* source, int count, float filler = 0f)
        where TVector : struct, IVector<TVector>
    {
        var lanes = stackalloc float[TVector.Count];
        for (var i = 0; i < TVector.Count; i++)
            lanes[i] = i < count ? source[i] : filler;
        return TVector.Load(lanes);
    }

    private static void StoreTail<TVector>(TVector value, float* target, int count)
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
    /// 2^x for x up to 0: 2^n times a minimax fit of 2^r with |r| at most 1/2. 0 where that is nearly no normal number,
    /// -infinity included; NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector PowerOfTwo<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Round(x);
        var r = x - n;
        var p = TVector.Broadcast(1.539410374e-4f);
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(1.340923074e-3f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(9.618294484e-3f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(5.550299719e-2f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(2.402264904e-1f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(6.931472239e-1f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(1f));
        return TVector.Select(TVector.LessThan(x, TVector.Broadcast(-125f)), TVector.Zero, TVector.ScaleByPowerOfTwo(p, n));
    }

    /// <summary>
    /// e^x for x up to 0, and no further than 80, in fewer steps than <see cref="Exp"/>: adding 1.5 2^23 + 127 rounds x / ln 2 to
    /// an integer and leaves its biased exponent in the lowest bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ExpOfNegative<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var rounder = TVector.Broadcast(12582912f + 127f);
        var lowest = TVector.Broadcast(-87.3365f);
        var clamped = TVector.MaxNumber(lowest, x);
        var biased = TVector.MultiplyAdd(clamped, TVector.Broadcast(Log2E), rounder);
        var n = biased - rounder;
        var r = TVector.MultiplyAdd(n, TVector.Broadcast(-0.693359375f), clamped);
        r = TVector.MultiplyAdd(n, TVector.Broadcast(2.12194440e-4f), r);
        return TVector.Select(TVector.LessThan(x, lowest), TVector.Zero, ExpOfSmall(r) * TVector.PowerOfTwo(biased));
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

    /// <summary>1 / (1 + e^-x), finite for every x but NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var one = TVector.Broadcast(1f);
        return one / (one + Exp(TVector.Zero - x));
    }

    /// <summary>s = 1 / (1 + e^-x) and 1 - s, to full precision near 0 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TVector S, TVector OneMinusS) SigmoidAndRest<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var t = Exp(TVector.Zero - TVector.Clamp(x, TVector.Broadcast(-80f), TVector.Broadcast(80f)));
        var s = TVector.Broadcast(1f) / (TVector.Broadcast(1f) + t);
        return (s, t * s);
    }

    /// <summary>
    /// tanh x: sign(x) (1 - e) / (1 + e) with e = e^(-2|x|), and near 0, where that cancels, the odd polynomial of Cephes' tanhf.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var one = TVector.Broadcast(1f);
        var magnitude = TVector.Abs(x);
        var e = ExpOfNegative(magnitude * TVector.Broadcast(-2f));
        var far = TVector.CopySign((one - e) / (one + e), x);
        var z = x * x;
        var p = TVector.Broadcast(-5.70498872745e-3f);
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(2.06390887954e-2f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(-5.37397155531e-2f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(1.33314422036e-1f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(-3.33332819422e-1f));
        var near = TVector.MultiplyAdd(p * z, x, x);
        return TVector.Select(TVector.LessThan(magnitude, TVector.Broadcast(0.625f)), near, far);
    }

    /// <summary>The error function: x + x P(x^2) near 0, sign(x) (1 - erfc |x|) elsewhere; both polynomials are minimax fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Erf<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var magnitude = TVector.Abs(x);
        var far = TVector.CopySign(TVector.Broadcast(1f) - ErfcFar(magnitude), x);
        return TVector.Select(TVector.LessThan(magnitude, TVector.Broadcast(ErfNear)), ErfOfSmall(x), far);
    }

    /// <summary>(1 + erf(x / sqrt 2)) / 2: the share of the standard normal distribution below x, far on the left too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector NormalCdf<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var half = TVector.Broadcast(0.5f);
        var z = x * TVector.Broadcast(0.707106781f);
        var magnitude = TVector.Abs(z);
        var left = half * ErfcFar(magnitude);
        var far = TVector.Select(TVector.LessThan(x, TVector.Zero), left, TVector.Broadcast(1f) - left);
        var near = TVector.MultiplyAdd(half, ErfOfSmall(z), half);
        return TVector.Select(TVector.LessThan(magnitude, TVector.Broadcast(ErfNear)), near, far);
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

    private const float ErfNear = 0.93f;

    // For |x| up to ErfNear.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ErfOfSmall<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var z = x * x;
        var p = TVector.Broadcast(-5.976896283e-4f);
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(4.990980785e-3f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(-2.67655674e-2f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(1.128180278e-1f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(-3.761249432e-1f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(1.2837915e-1f));
        return TVector.MultiplyAdd(p, x, x);
    }

    // 1 - erf t = e^(t Q(t)) for t from 0.9; the fit goes to 4, and beyond it falls to 0 as it must.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ErfcFar<TVector>(TVector t)
        where TVector : struct, IVector<TVector>
    {
        var q = TVector.Broadcast(-1.687318068e-5f);
        q = TVector.MultiplyAdd(q, t, TVector.Broadcast(3.777114443e-4f));
        q = TVector.MultiplyAdd(q, t, TVector.Broadcast(-3.857050354e-3f));
        q = TVector.MultiplyAdd(q, t, TVector.Broadcast(2.419317793e-2f));
        q = TVector.MultiplyAdd(q, t, TVector.Broadcast(-1.067068713e-1f));
        q = TVector.MultiplyAdd(q, t, TVector.Broadcast(-6.34887318e-1f));
        q = TVector.MultiplyAdd(q, t, TVector.Broadcast(-1.28708284e-1f)); // -1.1287...: the rest comes unrounded
        return ExpOfNegative(TVector.MultiplyAdd(q, t, TVector.Zero - t));
    }
}
