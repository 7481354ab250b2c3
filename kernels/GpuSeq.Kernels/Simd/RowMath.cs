using System.Runtime.CompilerServices;

namespace GpuSeq.Kernels.Simd;

/// <summary>Reductions over a row, each in an order that only its length and the vector's width decide.</summary>
internal static unsafe class RowMath
{
    /// <summary>The largest element; -infinity for an empty row, NaN where one is NaN.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static float Max<TVector>(float* x, int count)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        TVector m0, m1, m2, m3;
        m0 = m1 = m2 = m3 = TVector.Broadcast(float.NegativeInfinity);
        var i = 0;
        for (; i + 4 * n <= count; i += 4 * n)
        {
            m0 = TVector.Max(m0, TVector.Load(x + i));
            m1 = TVector.Max(m1, TVector.Load(x + i + n));
            m2 = TVector.Max(m2, TVector.Load(x + i + 2 * n));
            m3 = TVector.Max(m3, TVector.Load(x + i + 3 * n));
        }
        for (; i < count; i += n)
            m0 = TVector.Max(m0, VectorMath.LoadPartial<TVector>(x + i, count - i, float.NegativeInfinity));
        return TVector.MaxLane(TVector.Max(TVector.Max(m0, m1), TVector.Max(m2, m3)));
    }

    /// <summary>The largest number, -infinity where there is none: as <see cref="Max"/> in fewer steps, but passing over NaN.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static float MaxOfNumbers<TVector>(float* x, int count)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        TVector m0, m1, m2, m3;
        m0 = m1 = m2 = m3 = TVector.Broadcast(float.NegativeInfinity);
        var i = 0;
        for (; i + 4 * n <= count; i += 4 * n)
        {
            m0 = TVector.MaxNumber(TVector.Load(x + i), m0);
            m1 = TVector.MaxNumber(TVector.Load(x + i + n), m1);
            m2 = TVector.MaxNumber(TVector.Load(x + i + 2 * n), m2);
            m3 = TVector.MaxNumber(TVector.Load(x + i + 3 * n), m3);
        }
        for (; i < count; i += n)
            m0 = TVector.MaxNumber(VectorMath.LoadPartial<TVector>(x + i, count - i, float.NegativeInfinity), m0);
        return TVector.MaxLane(TVector.MaxNumber(TVector.MaxNumber(m0, m1), TVector.MaxNumber(m2, m3)));
    }

    /// <summary>The sum of e^(x - shift), where shift is the largest x. Fetches what follows the row: the next one.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static float SumExp<TVector>(float* x, int count, float shift)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var shifts = TVector.Broadcast(shift);
        TVector s0 = TVector.Zero, s1 = TVector.Zero;
        var i = 0;
        for (; i + 2 * n <= count; i += 2 * n)
        {
            VectorMath.Prefetch(x + i + count);
            s0 += VectorMath.ExpOfNegative(TVector.Load(x + i) - shifts);
            s1 += VectorMath.ExpOfNegative(TVector.Load(x + i + n) - shifts);
        }
        for (; i < count; i += n)
            s0 += VectorMath.ExpOfNegative(VectorMath.LoadPartial<TVector>(x + i, count - i, float.NegativeInfinity) - shifts);
        return TVector.Sum(s0 + s1);
    }

    /// <summary>The sum of the elements.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static float Sum<TVector>(float* x, int count)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        var i = 0;
        for (; i + 4 * n <= count; i += 4 * n)
        {
            s0 += TVector.Load(x + i);
            s1 += TVector.Load(x + i + n);
            s2 += TVector.Load(x + i + 2 * n);
            s3 += TVector.Load(x + i + 3 * n);
        }
        for (; i < count; i += n)
            s0 += VectorMath.LoadPartial<TVector>(x + i, count - i);
        return TVector.Sum((s0 + s1) + (s2 + s3));
    }

    /// <summary>The sum of the products of two rows' elements.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static float Dot<TVector>(float* x, float* y, int count)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        var i = 0;
        for (; i + 4 * n <= count; i += 4 * n)
        {
            TVector.AddProduct(ref s0, TVector.Load(x + i), TVector.Load(y + i));
            TVector.AddProduct(ref s1, TVector.Load(x + i + n), TVector.Load(y + i + n));
            TVector.AddProduct(ref s2, TVector.Load(x + i + 2 * n), TVector.Load(y + i + 2 * n));
            TVector.AddProduct(ref s3, TVector.Load(x + i + 3 * n), TVector.Load(y + i + 3 * n));
        }
        for (; i < count; i += n)
        {
            var (a, b) = (VectorMath.LoadPartial<TVector>(x + i, count - i), VectorMath.LoadPartial<TVector>(y + i, count - i));
            TVector.AddProduct(ref s0, a, b);
        }
        return TVector.Sum((s0 + s1) + (s2 + s3));
    }

    /// <summary>The sum of w (x - shift), or of x - shift where w is null.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static float SumShifted<TVector>(float* x, float* w, int count, float shift)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var shifts = TVector.Broadcast(shift);
        TVector s0 = TVector.Zero, s1 = TVector.Zero;
        var i = 0;
        for (; i + 2 * n <= count; i += 2 * n)
        {
            var (d0, d1) = (TVector.Load(x + i) - shifts, TVector.Load(x + i + n) - shifts);
            s0 += w == null ? d0 : d0 * TVector.Load(w + i);
            s1 += w == null ? d1 : d1 * TVector.Load(w + i + n);
        }
        for (; i < count; i += n)
        {
            var d = VectorMath.LoadPartial<TVector>(x + i, count - i, shift) - shifts;
            s0 += w == null ? d : d * VectorMath.LoadPartial<TVector>(w + i, count - i);
        }
        return TVector.Sum(s0 + s1);
    }
}
