using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The product of A [M, K] and the transpose of B [N, K] on CPUs, where A has a few dozen rows, such as the tokens of a text: sums run
/// along the rows of both as they are stored. To pack B would take a good part of the time, as each of its elements is used but
/// once for each row of A.
/// </summary>
/// <remarks>Every element of C is summed in an order that only M and K decide.</remarks>
internal static unsafe class GemmDots
{
    /// <summary>The most columns of C of a work item.</summary>
    public const int MaxColumns = 64;

    private const int TileRows = 3; // 12 sums, 3 vectors of A and one of B fill the 16 registers of SSE and AVX2
    private const int TileColumns = 4;

    /// <summary>How the columns of C are cut into work items.</summary>
    public struct Cut
    {
        public GemmArguments Gemm;
        public int Width; // bits of the vectors
        public int KBlock; // what of A stays in the second-level cache while rows of B pass by
        public int ColumnsPerItem;
        public int ColumnItems;
    }

    /// <summary>Item i computes columns of one product.</summary>
    public static void Multiply(
        Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual,
        ArrayView<int> offsets, Cut cut) => MultiplyItem(item, a, b, c, bias, residual, offsets, cut);

    [IntrinsicImplementation]
    public static void MultiplyItem(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual,
        ArrayView<int> offsets, Cut cut)
    {
        switch ((SimdWidth)cut.Width)
        {
            case SimdWidth.Bits512:
                MultiplyItem<Vector512Lanes>(item, a, b, c, bias, residual, offsets, ref cut);
                break;
            case SimdWidth.Bits256:
                MultiplyItem<Vector256Lanes>(item, a, b, c, bias, residual, offsets, ref cut);
                break;
            default:
                MultiplyItem<Vector128Lanes>(item, a, b, c, bias, residual, offsets, ref cut);
                break;
        }
    }

    [SkipLocalsInit]
    private static void MultiplyItem<TVector>(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual,
        ArrayView<int> offsets, ref Cut cut)
        where TVector : struct, IVector<TVector>
    {
        ref var gemm = ref cut.Gemm;
        var (product, part) = Math.DivRem(item, cut.ColumnItems);
        product += gemm.First;
        var column = part * cut.ColumnsPerItem;
        var columns = Math.Min(cut.ColumnsPerItem, gemm.N - column);
        var source = a.Pointer() + gemm.OffsetA(offsets, product);
        var other = b.Pointer() + gemm.OffsetB(offsets, product) + (long)column * gemm.Ldb;

        // Tiles at the edges write beyond it.
        const int Padding = 16; // the widest vector
        var stride = (columns + Padding - 1) / Padding * Padding;
        var rows = (gemm.M + TileRows - 1) / TileRows * TileRows;
        var buffer = stackalloc float[rows * stride + Padding];
        var sums = (float*)(((nuint)buffer + 63) & ~(nuint)63);
        new Span<float>(sums, rows * stride).Clear();
        for (var k = 0; k < gemm.K; k += cut.KBlock)
        {
            var length = Math.Min(cut.KBlock, gemm.K - k);
            for (var j = 0; j < columns; j += TileColumns)
            {
                var next = new GemmPacking.Region
                {
                    Source = other + (long)(j + TileColumns) * gemm.Ldb + k,
                    Stride = gemm.Ldb,
                    Rows = Math.Clamp(columns - j - TileColumns, 0, TileColumns),
                    Length = length,
                };
                for (var i = 0; i < gemm.M; i += TileRows)
                {
                    next.Prefetch(i / TileRows, rows / TileRows);
                    AddTile<TVector>(
                        source + (long)i * gemm.Lda + k, gemm.Lda, Math.Min(TileRows, gemm.M - i), other + (long)j * gemm.Ldb + k, gemm.Ldb,
                        Math.Min(TileColumns, columns - j), length, sums + i * stride + j, stride);
                }
            }
        }
        new GemmEpilogue(ref gemm, gemm.OffsetC(offsets, product), c, bias, residual)
            .Store<TVector>(sums, stride, 0, column, gemm.M, columns);
    }

    // sums += rows of A . rows of B; beyond the edges the last ones are repeated.
    [MethodImpl(MicroKernel.Options)]
    private static void AddTile<TVector>(
        float* a, nint strideA, int rows, float* b, nint strideB, int columns, int length, float* sums, int sumStride)
        where TVector : struct, IVector<TVector>
    {
        var a1 = rows > 1 ? a + strideA : a;
        var a2 = rows > 2 ? a1 + strideA : a1;
        var b1 = columns > 1 ? b + strideB : b;
        var b2 = columns > 2 ? b1 + strideB : b1;
        var b3 = columns > 3 ? b2 + strideB : b2;
        TVector s00 = TVector.Zero, s01 = TVector.Zero, s02 = TVector.Zero, s03 = TVector.Zero;
        TVector s10 = TVector.Zero, s11 = TVector.Zero, s12 = TVector.Zero, s13 = TVector.Zero;
        TVector s20 = TVector.Zero, s21 = TVector.Zero, s22 = TVector.Zero, s23 = TVector.Zero;
        var n = TVector.Count;
        nint k = 0;
        for (; k + 2 * n <= length; k += 2 * n)
        {
            Add(
                TVector.Load(a + k), TVector.Load(a1 + k), TVector.Load(a2 + k), b + k, b1 + k, b2 + k, b3 + k,
                ref s00, ref s01, ref s02, ref s03, ref s10, ref s11, ref s12, ref s13, ref s20, ref s21, ref s22, ref s23);
            Add(
                TVector.Load(a + k + n), TVector.Load(a1 + k + n), TVector.Load(a2 + k + n), b + k + n, b1 + k + n, b2 + k + n, b3 + k + n,
                ref s00, ref s01, ref s02, ref s03, ref s10, ref s11, ref s12, ref s13, ref s20, ref s21, ref s22, ref s23);
        }
        AddSums(s00, s01, s02, s03, sums);
        AddSums(s10, s11, s12, s13, sums + sumStride);
        AddSums(s20, s21, s22, s23, sums + 2 * sumStride);
        if (k < length)
            AddTail(a + k, strideA, rows, b + k, strideB, columns, length - (int)k, sums, sumStride);
    }

    // Apart from the loop above: what it calls would put that loop's sums to memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddTail(
        float* a, nint strideA, int rows, float* b, nint strideB, int columns, int length, float* sums, int sumStride)
    {
        for (var i = 0; i < rows; i++, a += strideA, sums += sumStride)
        {
            for (var j = 0; j < columns; j++)
            {
                for (var k = 0; k < length; k++)
                    sums[j] = MathF.FusedMultiplyAdd(a[k], b[j * strideB + k], sums[j]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVector>(
        TVector x0, TVector x1, TVector x2, float* b0, float* b1, float* b2, float* b3,
        ref TVector s00, ref TVector s01, ref TVector s02, ref TVector s03, ref TVector s10, ref TVector s11, ref TVector s12,
        ref TVector s13, ref TVector s20, ref TVector s21, ref TVector s22, ref TVector s23)
        where TVector : struct, IVector<TVector>
    {
        AddColumn(x0, x1, x2, TVector.Load(b0), ref s00, ref s10, ref s20);
        AddColumn(x0, x1, x2, TVector.Load(b1), ref s01, ref s11, ref s21);
        AddColumn(x0, x1, x2, TVector.Load(b2), ref s02, ref s12, ref s22);
        AddColumn(x0, x1, x2, TVector.Load(b3), ref s03, ref s13, ref s23);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddColumn<TVector>(TVector x0, TVector x1, TVector x2, TVector y, ref TVector s0, ref TVector s1, ref TVector s2)
        where TVector : struct, IVector<TVector>
    {
        TVector.AddProduct(ref s0, x0, y);
        TVector.AddProduct(ref s1, x1, y);
        TVector.AddProduct(ref s2, x2, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums<TVector>(TVector s0, TVector s1, TVector s2, TVector s3, float* sums)
        where TVector : struct, IVector<TVector>
    {
        sums[0] += TVector.Sum(s0);
        sums[1] += TVector.Sum(s1);
        sums[2] += TVector.Sum(s2);
        sums[3] += TVector.Sum(s3);
    }
}
