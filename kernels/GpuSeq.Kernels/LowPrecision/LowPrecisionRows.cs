using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// A few rows times a low-precision matrix on CPUs, where reading the matrix is what takes the time: it is widened in registers,
/// on its way into the sums, and read once.
/// </summary>
internal static unsafe class LowPrecisionRows
{
    /// <summary>The most rows; more are worth widening the matrix once for all of them.</summary>
    public const int MaxRows = 4;

    /// <summary>The most columns of C of a work item.</summary>
    public const int MaxColumns = 1024;

    private const int Dots = 4; // rows of the matrix at once for one row of A
    private const int Pair = 2; // for several

    /// <summary>The product, and how the columns of C are cut into work items.</summary>
    public struct Cut
    {
        public GemmArguments Gemm;
        public int Width; // bits of the vectors
        public int ColumnsPerItem;
    }

    /// <summary>Item i computes some columns of C.</summary>
    public static void Multiply<TElement, TFormat>(
        Index1D item, ArrayView<float> a, ArrayView<TElement> weights, ArrayView<float> scales, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, Cut cut)
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement> =>
        MultiplyItem<TElement, TFormat>(item, a, weights, scales, c, bias, residual, cut);

    [IntrinsicImplementation]
    public static void MultiplyItem<TElement, TFormat>(
        int item, ArrayView<float> a, ArrayView<TElement> weights, ArrayView<float> scales, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, Cut cut)
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        var output = new GemmEpilogue(ref cut.Gemm, 0, c, bias, residual);
        float* x = a.Pointer(), scale = scales.Pointer();
        var w = weights.Pointer();
        switch ((SimdWidth)cut.Width)
        {
            case SimdWidth.Bits512:
                Multiply<Vector512Lanes, TElement, TFormat>(item, x, w, scale, output, ref cut);
                break;
            case SimdWidth.Bits256:
                Multiply<Vector256Lanes, TElement, TFormat>(item, x, w, scale, output, ref cut);
                break;
            default:
                Multiply<Vector128Lanes, TElement, TFormat>(item, x, w, scale, output, ref cut);
                break;
        }
    }

    [SkipLocalsInit]
    private static void Multiply<TVector, TElement, TFormat>(
        int item, float* a, TElement* weights, float* scales, GemmEpilogue output, ref Cut cut)
        where TVector : struct, IVector<TVector>
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        const int Padding = 16; // the widest vector, and more than the columns that are computed beyond the edge
        var (m, k, column) = (cut.Gemm.M, cut.Gemm.K, item * cut.ColumnsPerItem);
        var columns = Math.Min(cut.ColumnsPerItem, cut.Gemm.N - column);
        var stride = (columns + Padding - 1) / Padding * Padding;
        var sums = stackalloc float[m * stride];
        var source = weights + (long)column * k;
        if (m == 1)
        {
            for (var j = 0; j < columns; j += Dots)
                OneRow<TVector, TElement, TFormat>(a, source + (long)j * k, k, Math.Min(Dots, columns - j), sums + j);
        }
        else
        {
            for (var j = 0; j < columns; j += Pair)
                FewRows<TVector, TElement, TFormat>(a, m, source + (long)j * k, k, Math.Min(Pair, columns - j), sums + j, stride);
        }
        if (scales != null)
            Scale(sums, stride, m, scales + column, columns);
        output.Store<TVector>(sums, stride, 0, column, m, columns);
    }

    private static void Scale(float* sums, int stride, int rows, float* scales, int columns)
    {
        for (var row = 0; row < rows; row++, sums += stride)
        {
            for (var j = 0; j < columns; j++)
                sums[j] *= scales[j];
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void OneRow<TVector, TElement, TFormat>(float* a, TElement* w, nint length, int columns, float* sums)
        where TVector : struct, IVector<TVector>
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        // Rows beyond the edge repeat the last one.
        var w0 = w;
        var w1 = columns > 1 ? w0 + length : w0;
        var w2 = columns > 2 ? w1 + length : w1;
        var w3 = columns > 3 ? w2 + length : w2;
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        TVector t0 = TVector.Zero, t1 = TVector.Zero, t2 = TVector.Zero, t3 = TVector.Zero;
        var n = TVector.Count;
        nint k = 0;
        for (; k + 2 * n <= length; k += 2 * n)
        {
            var (x, y) = (TVector.Load(a + k), TVector.Load(a + k + n));
            TVector.AddProduct(ref s0, x, TFormat.Load<TVector>(w0 + k));
            TVector.AddProduct(ref s1, x, TFormat.Load<TVector>(w1 + k));
            TVector.AddProduct(ref s2, x, TFormat.Load<TVector>(w2 + k));
            TVector.AddProduct(ref s3, x, TFormat.Load<TVector>(w3 + k));
            TVector.AddProduct(ref t0, y, TFormat.Load<TVector>(w0 + k + n));
            TVector.AddProduct(ref t1, y, TFormat.Load<TVector>(w1 + k + n));
            TVector.AddProduct(ref t2, y, TFormat.Load<TVector>(w2 + k + n));
            TVector.AddProduct(ref t3, y, TFormat.Load<TVector>(w3 + k + n));
        }
        var (r0, r1, r2, r3) = (0f, 0f, 0f, 0f);
        for (; k < length; k++)
        {
            r0 = MathF.FusedMultiplyAdd(a[k], TFormat.Widen(w0[k]), r0);
            r1 = MathF.FusedMultiplyAdd(a[k], TFormat.Widen(w1[k]), r1);
            r2 = MathF.FusedMultiplyAdd(a[k], TFormat.Widen(w2[k]), r2);
            r3 = MathF.FusedMultiplyAdd(a[k], TFormat.Widen(w3[k]), r3);
        }
        sums[0] = TVector.Sum(s0 + t0) + r0; // the sums are padded: beyond the edge, what is written counts for nothing
        sums[1] = TVector.Sum(s1 + t1) + r1;
        sums[2] = TVector.Sum(s2 + t2) + r2;
        sums[3] = TVector.Sum(s3 + t3) + r3;
    }

    // Two to four rows of A: rows beyond the edge repeat the last one.
    [MethodImpl(MicroKernel.Options)]
    private static void FewRows<TVector, TElement, TFormat>(
        float* a, int rows, TElement* w, nint length, int columns, float* sums, int stride)
        where TVector : struct, IVector<TVector>
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        var w1 = columns > 1 ? w + length : w;
        var (i1, i2, i3) = (Math.Min(1, rows - 1), Math.Min(2, rows - 1), Math.Min(3, rows - 1));
        float* a1 = a + i1 * length, a2 = a + i2 * length, a3 = a + i3 * length;
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        TVector t0 = TVector.Zero, t1 = TVector.Zero, t2 = TVector.Zero, t3 = TVector.Zero;
        nint k = 0;
        for (; k + TVector.Count <= length; k += TVector.Count)
        {
            var (x, y) = (TFormat.Load<TVector>(w + k), TFormat.Load<TVector>(w1 + k));
            var b = TVector.Load(a + k);
            TVector.AddProduct(ref s0, b, x);
            TVector.AddProduct(ref t0, b, y);
            b = TVector.Load(a1 + k);
            TVector.AddProduct(ref s1, b, x);
            TVector.AddProduct(ref t1, b, y);
            b = TVector.Load(a2 + k);
            TVector.AddProduct(ref s2, b, x);
            TVector.AddProduct(ref t2, b, y);
            b = TVector.Load(a3 + k);
            TVector.AddProduct(ref s3, b, x);
            TVector.AddProduct(ref t3, b, y);
        }
        Put(sums, TVector.Sum(s0), TVector.Sum(t0), a, w, w1, k, length);
        Put(sums + i1 * stride, TVector.Sum(s1), TVector.Sum(t1), a1, w, w1, k, length);
        Put(sums + i2 * stride, TVector.Sum(s2), TVector.Sum(t2), a2, w, w1, k, length);
        Put(sums + i3 * stride, TVector.Sum(s3), TVector.Sum(t3), a3, w, w1, k, length);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Put(float* sums, float first, float second, float* a, TElement* w0, TElement* w1, nint k, nint length)
        {
            for (; k < length; k++)
            {
                first = MathF.FusedMultiplyAdd(a[k], TFormat.Widen(w0[k]), first);
                second = MathF.FusedMultiplyAdd(a[k], TFormat.Widen(w1[k]), second);
            }
            sums[0] = first;
            sums[1] = second;
        }
    }
}
