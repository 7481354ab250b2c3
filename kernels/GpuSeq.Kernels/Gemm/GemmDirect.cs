using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The matrix product on CPUs without packing, for shapes too small to earn it back. A work item computes a few rows of C, or a
/// part of one.
/// </summary>
internal static unsafe class GemmDirect
{
    private const int MaxSums = 1024; // of an item at a time, on the stack

    /// <summary>How the rows of C are cut into work items.</summary>
    public struct Cut
    {
        public GemmArguments Gemm;
        public int Width; // bits of the vectors
        public int RowsPerItem;
        public int ColumnsPerItem;
        public int RowItems; // of a product
        public int ColumnItems; // of a row
    }

    /// <summary>Item i computes the part i % ColumnItems of rows.</summary>
    public static void Rows(
        Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<int> offsets, Cut cut) =>
        RowPart(item, a, b, c, bias, residual, offsets, cut);

    [IntrinsicImplementation]
    public static void RowPart(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<int> offsets, Cut cut)
    {
        switch ((SimdWidth)cut.Width)
        {
            case SimdWidth.Bits512:
                RowPart<Vector512Lanes>(item, a, b, c, bias, residual, offsets, ref cut);
                break;
            case SimdWidth.Bits256:
                RowPart<Vector256Lanes>(item, a, b, c, bias, residual, offsets, ref cut);
                break;
            default:
                RowPart<Vector128Lanes>(item, a, b, c, bias, residual, offsets, ref cut);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    [SkipLocalsInit]
    private static void RowPart<TVector>(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<int> offsets, ref Cut cut)
        where TVector : struct, IVector<TVector>
    {
        ref var gemm = ref cut.Gemm;
        var (rowItem, part) = Math.DivRem(item, cut.ColumnItems);
        var (product, place) = Math.DivRem(rowItem, cut.RowItems);
        product += gemm.First;
        var firstRow = place * cut.RowsPerItem;
        var lastRow = Math.Min(gemm.M, firstRow + cut.RowsPerItem);
        var begin = part * cut.ColumnsPerItem;
        var end = Math.Min(gemm.N, begin + cut.ColumnsPerItem);
        var (aStep, aStride) = gemm.TransposeA != 0 ? (gemm.Lda, 1) : (1, gemm.Lda);
        var source = a.Pointer() + gemm.OffsetA(offsets, product);
        var origin = b.Pointer() + gemm.OffsetB(offsets, product);
        var output = new GemmEpilogue(ref gemm, gemm.OffsetC(offsets, product), c, bias, residual);
        var sums = stackalloc float[MaxSums + TVector.Count]; // the last row's last vector may be filled in part
        for (; begin < end; begin += MaxSums)
        {
            var columns = Math.Min(MaxSums, end - begin);
            for (int row = firstRow, rows = MaxSums / columns; row < lastRow; row += rows)
            {
                rows = Math.Min(rows, lastRow - row);
                for (var i = 0; i < rows; i++)
                {
                    var line = sums + i * columns;
                    var x = source + (long)(row + i) * aStride;
                    if (gemm.TransposeB == 0)
                    {
                        AddLines<TVector>(x, aStep, origin + begin, gemm.Ldb, columns, gemm.K, line);
                        continue;
                    }
                    for (var j = 0; j < columns; j++)
                        line[j] = Dot<TVector>(x, aStep, origin + (long)(begin + j) * gemm.Ldb, gemm.K);
                }
                output.Store<TVector>(sums, columns, row, begin, rows, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLines<TVector>(float* x, nint step, float* b, nint stride, int columns, int length, float* sums)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var j = 0;
        for (; j + 4 * n <= columns; j += 4 * n)
        {
            TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
            var line = b + j;
            for (var k = 0; k < length; k++, line += stride)
            {
                var value = TVector.Broadcast(x[k * step]);
                TVector.AddProduct(ref s0, value, TVector.Load(line));
                TVector.AddProduct(ref s1, value, TVector.Load(line + n));
                TVector.AddProduct(ref s2, value, TVector.Load(line + 2 * n));
                TVector.AddProduct(ref s3, value, TVector.Load(line + 3 * n));
            }
            TVector.Store(s0, sums + j);
            TVector.Store(s1, sums + j + n);
            TVector.Store(s2, sums + j + 2 * n);
            TVector.Store(s3, sums + j + 3 * n);
        }
        for (; j + n <= columns; j += n)
        {
            var sum = TVector.Zero;
            for (var k = 0; k < length; k++)
                TVector.AddProduct(ref sum, TVector.Broadcast(x[k * step]), TVector.Load(b + k * stride + j));
            TVector.Store(sum, sums + j);
        }
        for (; j < columns; j++)
        {
            var sum = 0f;
            for (var k = 0; k < length; k++)
                sum = MathF.FusedMultiplyAdd(x[k * step], b[k * stride + j], sum);
            sums[j] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot<TVector>(float* x, int step, float* y, int length)
        where TVector : struct, IVector<TVector>
    {
        if (step != 1)
        {
            var scalar = 0f;
            for (var i = 0; i < length; i++)
                scalar = MathF.FusedMultiplyAdd(x[(long)i * step], y[i], scalar);
            return scalar;
        }
        var n = TVector.Count;
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        var k = 0;
        for (; k + 4 * n <= length; k += 4 * n)
        {
            TVector.AddProduct(ref s0, TVector.Load(x + k), TVector.Load(y + k));
            TVector.AddProduct(ref s1, TVector.Load(x + k + n), TVector.Load(y + k + n));
            TVector.AddProduct(ref s2, TVector.Load(x + k + 2 * n), TVector.Load(y + k + 2 * n));
            TVector.AddProduct(ref s3, TVector.Load(x + k + 3 * n), TVector.Load(y + k + 3 * n));
        }
        for (; k < length; k += n)
        {
            var count = length - k;
            TVector.AddProduct(ref s0, VectorMath.LoadPartial<TVector>(x + k, count), VectorMath.LoadPartial<TVector>(y + k, count));
        }
        return TVector.Sum((s0 + s1) + (s2 + s3));
    }
}
