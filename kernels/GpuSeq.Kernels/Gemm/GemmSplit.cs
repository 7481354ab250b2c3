using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Ends products whose sums were split: adds the parts [products, parts, M, N] one after the other and finishes C. The number of
/// parts depends on the shape alone, and so do the bits.
/// </summary>
internal static unsafe class GemmSplit
{
    private const int SegmentColumns = 1024; // of a work item
    private const int MinLength = 1024; // of a part of the sums
    private const long EnoughElements = 128 * 1024; // of C: as many have work for many cores

    /// <summary>The number of parts that sums are split into where K is much larger than M and N; else 1.</summary>
    public static int Parts(GemmArguments gemm) =>
        (int)Math.Max(1, Math.Min(gemm.K / MinLength, EnoughElements / ((long)gemm.Products * gemm.M * gemm.N)));

    /// <summary>The number of work items of <see cref="Rows"/>.</summary>
    public static int RowItems(GemmArguments gemm) => gemm.Products * gemm.M * Segments(gemm.N);

    /// <summary>Item i finishes a row of C, or a part of a long one.</summary>
    public static void Rows(
        Index1D item, ArrayView<float> parts, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual,
        ArrayView<int> offsets, GemmArguments gemm, int width) => FinishRow(item, parts, c, bias, residual, offsets, gemm, width);

    /// <summary>Lane i finishes an element of C.</summary>
    public static void Elements(
        Index1D lane, ArrayView<float> parts, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual,
        ArrayView<int> offsets, GemmArguments gemm)
    {
        var length = gemm.M * gemm.N;
        var product = lane.X / length;
        var element = lane.X % length;
        var sum = 0f;
        for (var i = 0; i < gemm.Splits; i++)
            sum += parts[((long)product * gemm.Splits + i) * length + element];
        GemmTiled.Finish(sum, element / gemm.N, element % gemm.N, gemm.OffsetC(offsets, product), c, bias, residual, gemm);
    }

    [IntrinsicImplementation]
    public static void FinishRow(
        int item, ArrayView<float> parts, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual,
        ArrayView<int> offsets, GemmArguments gemm, int width)
    {
        var (line, segment) = Math.DivRem(item, Segments(gemm.N));
        var (product, row) = Math.DivRem(line, gemm.M);
        var column = segment * SegmentColumns;
        var columns = Math.Min(SegmentColumns, gemm.N - column);
        var output = new GemmEpilogue(ref gemm, gemm.OffsetC(offsets, product), c, bias, residual);
        var first = parts.Pointer() + ((long)product * gemm.Splits * gemm.M + row) * gemm.N + column;
        var stride = (nint)gemm.M * gemm.N;
        switch ((SimdWidth)width)
        {
            case SimdWidth.Bits512:
                Add<Vector512Lanes>(first, stride, gemm.Splits, ref output, row, column, columns);
                break;
            case SimdWidth.Bits256:
                Add<Vector256Lanes>(first, stride, gemm.Splits, ref output, row, column, columns);
                break;
            default:
                Add<Vector128Lanes>(first, stride, gemm.Splits, ref output, row, column, columns);
                break;
        }
    }

    private static int Segments(int columns) => (columns + SegmentColumns - 1) / SegmentColumns;

    [MethodImpl(MicroKernel.Options)]
    [SkipLocalsInit]
    private static void Add<TVector>(
        float* parts, nint stride, int count, ref GemmEpilogue output, int row, int column, int columns)
        where TVector : struct, IVector<TVector>
    {
        var sums = stackalloc float[SegmentColumns];
        nint j = 0;
        for (; j + TVector.Count <= columns; j += TVector.Count)
        {
            var sum = TVector.Zero;
            for (var i = 0; i < count; i++)
                sum += TVector.Load(parts + i * stride + j);
            TVector.Store(sum, sums + j);
        }
        for (; j < columns; j++)
        {
            var sum = 0f;
            for (var i = 0; i < count; i++)
                sum += parts[i * stride + j];
            sums[j] = sum;
        }
        output.Store<TVector>(sums, 0, row, column, 1, columns);
    }
}
