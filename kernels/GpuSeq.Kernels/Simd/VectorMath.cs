using System.Runtime.CompilerServices;

namespace GpuSeq.Kernels.Simd;

/// <summary>Elementary functions over vectors, within about 2 units in the last place.</summary>
internal static unsafe class VectorMath
{
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
        for (; i < count; i++)
            target[i] = source[i];
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
    /// e^x: x = n ln 2 + r with |r| at most ln 2 / 2, e^r by the Taylor-like polynomial of Cephes' expf.
    /// 0 below -87.3, e^88.37 above; NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        const float Lowest = -87.3365f;
        const float Highest = 88.37f;
        var clamped = TVector.Max(TVector.Min(x, TVector.Broadcast(Highest)), TVector.Broadcast(Lowest));
        var n = TVector.Round(clamped * TVector.Broadcast(1.44269504f));
        var r = TVector.MultiplyAdd(n, TVector.Broadcast(-0.693359375f), clamped);
        r = TVector.MultiplyAdd(n, TVector.Broadcast(2.12194440e-4f), r);
        var p = TVector.Broadcast(1.9875691500e-4f);
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(1.3981999507e-3f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(8.3334519073e-3f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(4.1665795894e-2f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(1.6666665459e-1f));
        p = TVector.MultiplyAdd(p, r, TVector.Broadcast(5.0000001201e-1f));
        p = TVector.MultiplyAdd(p, r * r, r) + TVector.Broadcast(1f);
        var value = p * TVector.PowerOfTwo(n);
        return TVector.Select(TVector.LessThan(x, TVector.Broadcast(Lowest)), TVector.Zero, value);
    }

    /// <summary>1 / (1 + e^-x), finite for every x but NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var one = TVector.Broadcast(1f);
        return one / (one + Exp(TVector.Zero - x));
    }

    /// <summary>
    /// tanh x: sign(x) (1 - 2 / (e^(2|x|) + 1)), and near 0, where that cancels, the odd polynomial of Cephes' tanhf.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TVector>(TVector x)
        where TVector : struct, IVector<TVector>
    {
        var one = TVector.Broadcast(1f);
        var two = TVector.Broadcast(2f);
        var magnitude = TVector.Abs(x);
        var far = TVector.CopySign(one - two / (Exp(magnitude * two) + one), x);
        var z = x * x;
        var p = TVector.Broadcast(-5.70498872745e-3f);
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(2.06390887954e-2f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(-5.37397155531e-2f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(1.33314422036e-1f));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(-3.33332819422e-1f));
        var near = TVector.MultiplyAdd(p * z, x, x);
        return TVector.Select(TVector.LessThan(magnitude, TVector.Broadcast(0.625f)), near, far);
    }
}
