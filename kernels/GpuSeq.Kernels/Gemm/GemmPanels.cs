using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// The matrix product on CPUs (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
/// For each block of K (and of N, when it is very wide) one launch packs op(A) and op(B) into panels that a micro-kernel
/// reads front to back, and one launch multiplies them; a work item of the second computes a block of C.
/// </summary>
/// <remarks>
/// Every element of C is summed in an order that only K decides, so the bits depend neither on the number of threads nor
/// on how C is cut. Panels are [K block, rows or columns of the micro-kernel], zero beyond the edge.
/// </remarks>
internal static unsafe class GemmPanels
{
    /// <summary>One block of K and N, and how its work is cut.</summary>
    public struct Block
    {
        public GemmArguments Gemm;
        public int Width; // bits of the vectors
        public int TileRows; // of the micro-kernel
        public int TileColumns;
        public int KBegin;
        public int KLength;
        public int NBegin;
        public int NLength;
        public int ColumnItems; // of a packing launch: how many of its items pack columns of op(B)
        public int ItemRows; // tiles per work item
        public int ItemColumns;
        public int ItemsAcross; // work items side by side in a row of C

        public readonly int RowPanels => (Gemm.M + TileRows - 1) / TileRows;

        public readonly int ColumnPanels => (NLength + TileColumns - 1) / TileColumns;

        public readonly bool IsFirst => KBegin == 0;

        public readonly bool IsLast => KBegin + KLength == Gemm.K;
    }

    /// <summary>Item i packs column panel i of op(B) or, behind those that are to be packed, a row panel of op(A).</summary>
    public static void Pack(
        Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> packedA, ArrayView<float> packedB, Block block) =>
        PackPanel(item, a, b, packedA, packedB, block);

    /// <summary>Item i multiplies a rectangle of tiles and finishes it where the last block of K is done.</summary>
    public static void Multiply(
        Index1D item, ArrayView<float> packedA, ArrayView<float> packedB, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, Block block) =>
        MultiplyItem(item, packedA, packedB, c, bias, residual, block);

    [IntrinsicImplementation]
    public static void PackPanel(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> packedA, ArrayView<float> packedB, Block block)
    {
        ref var gemm = ref block.Gemm;
        if (item < block.ColumnItems)
        {
            var column = block.NBegin + item * block.TileColumns;
            var columns = Math.Min(block.TileColumns, block.NBegin + block.NLength - column);
            var source = (float*)b.LoadEffectiveAddressAsPtr();
            var target = (float*)packedB.LoadEffectiveAddressAsPtr() + (long)item * block.TileColumns * block.KLength;
            if (gemm.TransposeB != 0)
                PackRows(source + (long)column * gemm.Ldb + block.KBegin, gemm.Ldb, columns, block.KLength, target, block.TileColumns);
            else
                PackColumns(source + (long)block.KBegin * gemm.Ldb + column, gemm.Ldb, columns, block.KLength, target, block.TileColumns);
        }
        else
        {
            var panel = item - block.ColumnItems;
            var row = panel * block.TileRows;
            var rows = Math.Min(block.TileRows, gemm.M - row);
            var source = (float*)a.LoadEffectiveAddressAsPtr();
            var target = (float*)packedA.LoadEffectiveAddressAsPtr() + (long)panel * block.TileRows * block.KLength;
            if (gemm.TransposeA != 0)
                PackColumns(source + (long)block.KBegin * gemm.Lda + row, gemm.Lda, rows, block.KLength, target, block.TileRows);
            else
                PackRows(source + (long)row * gemm.Lda + block.KBegin, gemm.Lda, rows, block.KLength, target, block.TileRows);
        }
    }

    /// <summary>Packs a panel from a source that has k along its rows: lines of it become columns of the panel.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static void PackRows(float* source, int stride, int lines, int kLength, float* target, int width)
    {
        for (var line = 0; line < width; line += GemmTranspose.Lines)
        {
            var present = Math.Min(GemmTranspose.Lines, lines - line);
            var panelLines = Math.Min(GemmTranspose.Lines, width - line);
            GemmTranspose.Panel(source + (long)line * stride, stride, present, panelLines, kLength, target + line, width);
        }
    }

    /// <summary>Packs a panel from a source that has k down its columns: its rows are copied as they are.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static void PackColumns(float* source, int stride, int columns, int kLength, float* target, int width)
    {
        for (var k = 0; k < kLength; k++, source += stride, target += width)
        {
            if (columns == 16 && width == 16)
            {
                Vector256Lanes.Store(Vector256Lanes.Load(source), target);
                Vector256Lanes.Store(Vector256Lanes.Load(source + 8), target + 8);
                continue;
            }
            for (var j = 0; j < width; j++)
                target[j] = j < columns ? source[j] : 0f;
        }
    }

    [IntrinsicImplementation]
    public static void MultiplyItem(
        int item, ArrayView<float> packedA, ArrayView<float> packedB, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, Block block)
    {
        switch ((SimdWidth)block.Width)
        {
            case SimdWidth.Bits512:
                MultiplyTiles<Vector512Lanes, Tile12x2>(item, packedA, packedB, c, bias, residual, ref block);
                break;
            case SimdWidth.Bits256:
                MultiplyTiles<Vector256Lanes, Tile6x2>(item, packedA, packedB, c, bias, residual, ref block);
                break;
            default:
                MultiplyTiles<Vector128Lanes, Tile6x2>(item, packedA, packedB, c, bias, residual, ref block);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    [SkipLocalsInit]
    private static void MultiplyTiles<TVector, TTile>(
        int item, ArrayView<float> packedA, ArrayView<float> packedB, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ref Block block)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        var tileColumns = 2 * TVector.Count;
        var buffer = stackalloc float[TTile.Rows * tileColumns + 16];
        var tile = (float*)(((nuint)buffer + 63) & ~(nuint)63); // 64-byte aligned, so that no store crosses a cache line
        var aPanels = (float*)packedA.LoadEffectiveAddressAsPtr();
        var bPanels = (float*)packedB.LoadEffectiveAddressAsPtr();
        var output = (float*)c.LoadEffectiveAddressAsPtr();
        var biases = bias.Length > 0 ? (float*)bias.LoadEffectiveAddressAsPtr() : null;
        var residuals = residual.Length > 0 ? (float*)residual.LoadEffectiveAddressAsPtr() : null;
        ref var gemm = ref block.Gemm;
        // Blocks of K after the first add to what C holds; what follows the product comes with the last.
        var beta = block.IsFirst ? gemm.Beta : 1f;
        var activation = block.IsLast ? (Activation)gemm.Activation : Activation.None;
        if (!block.IsLast)
            biases = residuals = null;
        var isPlain = biases == null && residuals == null && activation == Activation.None;

        var (itemRow, itemColumn) = Math.DivRem(item, block.ItemsAcross);
        var rowEnd = Math.Min((itemRow + 1) * block.ItemRows, block.RowPanels);
        var columnEnd = Math.Min((itemColumn + 1) * block.ItemColumns, block.ColumnPanels);
        for (var j = itemColumn * block.ItemColumns; j < columnEnd; j++)
        {
            var bPanel = bPanels + (long)j * tileColumns * block.KLength;
            var column = block.NBegin + j * tileColumns;
            var columns = Math.Min(tileColumns, block.NBegin + block.NLength - column);
            for (var i = itemRow * block.ItemRows; i < rowEnd; i++)
            {
                var row = i * TTile.Rows;
                var rows = Math.Min(TTile.Rows, gemm.M - row);
                var corner = output + (long)row * gemm.Ldc + column;
                Prefetch(corner, gemm.Ldc, rows, tileColumns);
                TTile.Multiply<TVector>(block.KLength, aPanels + (long)row * block.KLength, bPanel, tile);
                if (isPlain && columns == tileColumns)
                {
                    GemmEpilogue.StorePlain<TVector>(tile, corner, gemm.Ldc, rows, gemm.Alpha, beta);
                    continue;
                }
                for (var r = 0; r < rows; r++)
                {
                    var offset = (long)(row + r) * gemm.Ldc + column;
                    for (var v = 0; v < columns; v += TVector.Count)
                    {
                        GemmEpilogue.Store(
                            TVector.Load(tile + r * tileColumns + v), output + offset + v, columns - v, gemm.Alpha, beta,
                            biases == null ? null : biases + column + v, activation,
                            residuals == null ? null : residuals + offset + v);
                    }
                }
            }
        }
    }

    // The tile's part of C arrives in the cache while its sums are computed; waiting for it took a third of the time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* c, int stride, int rows, int columns)
    {
        const int Line = 16; // elements
        if (!Sse.IsSupported)
            return;
        for (var r = 0; r < rows; r++, c += stride)
        {
            for (var v = 0; v < columns; v += Line)
                Sse.Prefetch0(c + v);
            Sse.Prefetch0(c + columns - 1);
        }
    }
}
