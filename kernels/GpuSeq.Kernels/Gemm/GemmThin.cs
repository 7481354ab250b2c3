using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The matrix product on CPUs for a handful of rows of op(A), where reading B is what takes the time: every item reads its part
/// of B once, row by row as it is stored, and adds to sums that stay in the first-level cache.
/// </summary>
internal static unsafe class GemmThin
{
    /// <summary>The most columns of C of a work item.</summary>
    public const int MaxColumns = 1024;

    private const int BlockColumns = 256; // of B as [K, N]: what rows of A share in the first-level cache
    private const int BlockK = 1024; // of B as [N, K]
    private const int Lines = 8; // rows of B as [K, N] that are added at once
    private const int Dots = 4; // rows of B as [N, K] that share the loads of a row of A

    /// <summary>How the columns of C are cut into work items.</summary>
    public struct Cut
    {
        public GemmArguments Gemm;
        public int Width; // bits of the vectors
        public int ColumnsPerItem;
        public int ColumnItems;
    }

    /// <summary>Item i computes columns of one part of the sums of one product.</summary>
    public static void Multiply(
        Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<int> offsets, Cut cut) =>
        MultiplyItem(item, a, b, c, bias, residual, offsets, cut);

    [IntrinsicImplementation]
    public static void MultiplyItem(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<int> offsets, Cut cut)
    {
        ref var gemm = ref cut.Gemm;
        var (product, part) = Math.DivRem(item, cut.ColumnItems);
        var (index, split) = Math.DivRem(product, gemm.Splits);
        index += gemm.First;
        var kBegin = split * gemm.SplitK;
        var column = part * cut.ColumnsPerItem;
        var (stepA, rowA) = gemm.TransposeA != 0 ? (gemm.Lda, 1) : (1, gemm.Lda);
        var source = b.Pointer() + gemm.OffsetB(offsets, index);
        var offsetC = gemm.Splits > 1 ? (long)product * gemm.M * gemm.N : gemm.OffsetC(offsets, index);
        var thin = new Part
        {
            A = a.Pointer() + gemm.OffsetA(offsets, index) + (long)kBegin * stepA,
            B = source + (gemm.TransposeB != 0 ? (long)column * gemm.Ldb + kBegin : (long)kBegin * gemm.Ldb + column),
            Output = new GemmEpilogue(ref gemm, offsetC, c, bias, residual),
            StepA = stepA,
            RowA = rowA,
            StrideB = gemm.Ldb,
            Rows = gemm.M,
            Column = column,
            Columns = Math.Min(cut.ColumnsPerItem, gemm.N - column),
            KLength = gemm.SplitEnd(split) - kBegin,
        };
        switch ((SimdWidth)cut.Width)
        {
            case SimdWidth.Bits512:
                Multiply<Vector512Lanes>(ref thin, gemm.TransposeB != 0);
                break;
            case SimdWidth.Bits256:
                Multiply<Vector256Lanes>(ref thin, gemm.TransposeB != 0);
                break;
            default:
                Multiply<Vector128Lanes>(ref thin, gemm.TransposeB != 0);
                break;
        }
    }

    /// <summary>What a work item computes: columns of C from a part of the sums, A and B beginning where it does.</summary>
    private struct Part
    {
        public float* A;
        public float* B;
        public GemmEpilogue Output;
        public int StepA; // from one k of op(A) to the next
        public int RowA; // from one row of op(A) to the next
        public int StrideB;
        public int Rows;
        public int Column;
        public int Columns;
        public int KLength;
    }

    [SkipLocalsInit]
    private static void Multiply<TVector>(ref Part part, bool transposeB)
        where TVector : struct, IVector<TVector>
    {
        const int Padding = 16; // the widest vector
        var stride = (part.Columns + Padding - 1) / Padding * Padding;
        var buffer = stackalloc float[part.Rows * (stride + BlockK) + Padding];
        var sums = (float*)(((nuint)buffer + 63) & ~(nuint)63);
        new Span<float>(sums, part.Rows * stride).Clear();
        if (transposeB)
            AddDots<TVector>(ref part, sums, stride, sums + part.Rows * stride);
        else
            AddLines<TVector>(ref part, sums, stride);
        part.Output.Store<TVector>(sums, stride, 0, part.Column, part.Rows, part.Columns);
    }

    // B as [K, N]: sums += a[k] b[k, columns], a few k at a time.
    [MethodImpl(MicroKernel.Options)]
    private static void AddLines<TVector>(ref Part part, float* sums, int sumStride)
        where TVector : struct, IVector<TVector>
    {
        var x = stackalloc float[Lines];
        for (var k = 0; k < part.KLength; k += Lines)
        {
            var lines = Math.Min(Lines, part.KLength - k);
            var b = part.B + (long)k * part.StrideB;
            var block = part.Rows == 1 ? part.Columns : BlockColumns;
            for (var j = 0; j < part.Columns; j += block)
            {
                var columns = Math.Min(block, part.Columns - j);
                for (var m = 0; m < part.Rows; m++)
                {
                    var a = part.A + (long)m * part.RowA + (long)k * part.StepA;
                    for (var i = 0; i < lines; i++)
                        x[i] = a[(long)i * part.StepA];
                    if (lines == Lines)
                        AddEight<TVector>(x, b + j, part.StrideB, columns, sums + m * sumStride + j);
                    else
                        AddFew<TVector>(x, b + j, part.StrideB, lines, columns, sums + m * sumStride + j);
                }
            }
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void AddEight<TVector>(float* x, float* b, nint stride, int columns, float* sums)
        where TVector : struct, IVector<TVector>
    {
        var (x0, x1, x2, x3) = (TVector.Broadcast(x[0]), TVector.Broadcast(x[1]), TVector.Broadcast(x[2]), TVector.Broadcast(x[3]));
        var (x4, x5, x6, x7) = (TVector.Broadcast(x[4]), TVector.Broadcast(x[5]), TVector.Broadcast(x[6]), TVector.Broadcast(x[7]));
        float* b0 = b, b1 = b0 + stride, b2 = b1 + stride, b3 = b2 + stride;
        float* b4 = b3 + stride, b5 = b4 + stride, b6 = b5 + stride, b7 = b6 + stride;
        nint j = 0;
        for (; j + TVector.Count <= columns; j += TVector.Count)
        {
            // Two chains, so that a sum waits for four additions and not for eight.
            var even = TVector.MultiplyAdd(x0, TVector.Load(b0 + j), TVector.Load(sums + j));
            var odd = x1 * TVector.Load(b1 + j);
            TVector.AddProduct(ref even, x2, TVector.Load(b2 + j));
            TVector.AddProduct(ref odd, x3, TVector.Load(b3 + j));
            TVector.AddProduct(ref even, x4, TVector.Load(b4 + j));
            TVector.AddProduct(ref odd, x5, TVector.Load(b5 + j));
            TVector.AddProduct(ref even, x6, TVector.Load(b6 + j));
            TVector.AddProduct(ref odd, x7, TVector.Load(b7 + j));
            TVector.Store(even + odd, sums + j);
        }
        for (; j < columns; j++)
        {
            for (var i = 0; i < Lines; i++)
                sums[j] = MathF.FusedMultiplyAdd(x[i], b[i * stride + j], sums[j]);
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void AddFew<TVector>(float* x, float* b, nint stride, int lines, int columns, float* sums)
        where TVector : struct, IVector<TVector>
    {
        for (var i = 0; i < lines; i++, b += stride)
        {
            nint j = 0;
            for (; j + TVector.Count <= columns; j += TVector.Count)
                TVector.Store(TVector.MultiplyAdd(TVector.Broadcast(x[i]), TVector.Load(b + j), TVector.Load(sums + j)), sums + j);
            for (; j < columns; j++)
                sums[j] = MathF.FusedMultiplyAdd(x[i], b[j], sums[j]);
        }
    }

    // B as [N, K]: sums += a[block of K] . b[column, block of K], a few columns at a time.
    [MethodImpl(MicroKernel.Options)]
    private static void AddDots<TVector>(ref Part part, float* sums, int sumStride, float* lines)
        where TVector : struct, IVector<TVector>
    {
        var isSide = part.StepA != 1;
        var block = part.Rows == 1 && !isSide ? Math.Max(1, part.KLength) : BlockK;
        for (var k = 0; k < part.KLength; k += block)
        {
            var length = Math.Min(block, part.KLength - k);
            for (var m = 0; isSide && m < part.Rows; m++)
            {
                for (var i = 0; i < length; i++)
                    lines[m * BlockK + i] = part.A[(long)m * part.RowA + (long)(k + i) * part.StepA];
            }
            for (var j = 0; j < part.Columns; j += Dots)
            {
                var b = part.B + (long)j * part.StrideB + k;
                var columns = Math.Min(Dots, part.Columns - j);
                for (var m = 0; m < part.Rows; m++)
                {
                    var a = isSide ? lines + m * BlockK : part.A + (long)m * part.RowA + k;
                    AddFour<TVector>(a, b, part.StrideB, columns, length, sums + m * sumStride + j);
                }
            }
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void AddFour<TVector>(float* a, float* b, nint stride, int columns, int length, float* sums)
        where TVector : struct, IVector<TVector>
    {
        // Columns beyond the edge repeat the last one.
        var b0 = b;
        var b1 = columns > 1 ? b0 + stride : b0;
        var b2 = columns > 2 ? b1 + stride : b1;
        var b3 = columns > 3 ? b2 + stride : b2;
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        TVector t0 = TVector.Zero, t1 = TVector.Zero, t2 = TVector.Zero, t3 = TVector.Zero;
        var n = TVector.Count;
        nint k = 0;
        for (; k + 2 * n <= length; k += 2 * n)
        {
            var (x, y) = (TVector.Load(a + k), TVector.Load(a + k + n));
            TVector.AddProduct(ref s0, x, TVector.Load(b0 + k));
            TVector.AddProduct(ref s1, x, TVector.Load(b1 + k));
            TVector.AddProduct(ref s2, x, TVector.Load(b2 + k));
            TVector.AddProduct(ref s3, x, TVector.Load(b3 + k));
            TVector.AddProduct(ref t0, y, TVector.Load(b0 + k + n));
            TVector.AddProduct(ref t1, y, TVector.Load(b1 + k + n));
            TVector.AddProduct(ref t2, y, TVector.Load(b2 + k + n));
            TVector.AddProduct(ref t3, y, TVector.Load(b3 + k + n));
        }
        var (r0, r1, r2, r3) = (0f, 0f, 0f, 0f);
        for (; k < length; k++)
        {
            r0 = MathF.FusedMultiplyAdd(a[k], b0[k], r0);
            r1 = MathF.FusedMultiplyAdd(a[k], b1[k], r1);
            r2 = MathF.FusedMultiplyAdd(a[k], b2[k], r2);
            r3 = MathF.FusedMultiplyAdd(a[k], b3[k], r3);
        }
        sums[0] += TVector.Sum(s0 + t0) + r0; // the sums are padded: beyond the edge, what is added counts for nothing
        sums[1] += TVector.Sum(s1 + t1) + r1;
        sums[2] += TVector.Sum(s2 + t2) + r2;
        sums[3] += TVector.Sum(s3 + t3) + r3;
    }
}
