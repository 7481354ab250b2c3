using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The matrix product on CPUs (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008): a micro-kernel
/// multiplies panels of op(A) and op(B), packed so that it reads them front to back. A work item computes a rectangle of C, one
/// block of K after the other. What several items read is packed before, by a launch of its own; what only one reads, it packs
/// itself, to memory that stays in its cache.
/// </summary>
/// <remarks>
/// Every element of C is summed in an order that only K decides, so the bits depend neither on the number of threads nor
/// on how C is cut. Packed ahead, panels lie block of K by block of K, each [K block, rows or columns of the micro-kernel].
/// </remarks>
internal static unsafe class GemmPanels
{
    private const int GroupPanels = 4; // of a work item that packs
    private const int CachedPanels = 8; // of op(B), which stay in the second-level cache while rows of op(A) pass by
    private const int OwnPanels = 4; // of op(B), where an item packs them while it waits for the next

    /// <summary>The work of a launch, and how it is cut.</summary>
    public struct Cut
    {
        public GemmArguments Gemm;
        public int Width; // bits of the vectors
        public int TileRows; // of the micro-kernel
        public int TileColumns;
        public int KBlock;
        public int KBegin; // of this launch
        public int KEnd;
        public int NBegin;
        public int NEnd;
        public int PackedRowPanels; // of op(A) and of op(B) that are packed ahead for each block of K; 0 where items pack
        public int PackedColumnPanels;
        public int RowItems; // work items down and across a product
        public int ColumnItems;
        public int BlockPanels; // row panels that an item packs at a time

        public readonly int RowPanels => (Gemm.M + TileRows - 1) / TileRows;

        public readonly int ColumnPanels => (NEnd - NBegin + TileColumns - 1) / TileColumns;

        public readonly int PackedRowGroups => (PackedRowPanels + GroupPanels - 1) / GroupPanels;

        public readonly int PackedColumnGroups => (PackedColumnPanels + GroupPanels - 1) / GroupPanels;

        public readonly int PackingItems => (PackedRowGroups + PackedColumnGroups) * ((KEnd - KBegin + KBlock - 1) / KBlock);

        public readonly int Items => Gemm.Products * Gemm.Splits * RowItems * ColumnItems;
    }

    /// <summary>Item i packs a group of panels of one block of K: of op(B), or behind those of op(A).</summary>
    public static void Pack(
        Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> packedA, ArrayView<float> packedB,
        ArrayView<int> offsets, Cut cut) => PackGroup(item, a, b, packedA, packedB, offsets, cut);

    /// <summary>Item i multiplies a rectangle of tiles.</summary>
    public static void Multiply(
        Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> packedA, ArrayView<float> packedB, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<int> offsets, Cut cut) =>
        MultiplyItem(item, a, b, packedA, packedB, c, bias, residual, offsets, cut);

    [IntrinsicImplementation]
    public static void PackGroup(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> packedA, ArrayView<float> packedB, ArrayView<int> offsets,
        Cut cut)
    {
        ref var gemm = ref cut.Gemm;
        var (block, group) = Math.DivRem(item, cut.PackedColumnGroups + cut.PackedRowGroups);
        var k = cut.KBegin + block * cut.KBlock;
        var kLength = Math.Min(cut.KBlock, cut.KEnd - k);
        if (group < cut.PackedColumnGroups)
        {
            var panel = group * GroupPanels;
            var source = b.Pointer() + gemm.OffsetB(offsets, gemm.First);
            var target = packedB.Pointer()
                + ((long)(k - cut.KBegin) * cut.PackedColumnPanels + (long)panel * kLength) * cut.TileColumns;
            GemmPacking.Panels(
                source, gemm.Ldb, gemm.TransposeB != 0, cut.NEnd, cut.NBegin + panel * cut.TileColumns,
                Math.Min(GroupPanels, cut.PackedColumnPanels - panel), k, kLength, target, cut.TileColumns);
        }
        else
        {
            var panel = (group - cut.PackedColumnGroups) * GroupPanels;
            var source = a.Pointer() + gemm.OffsetA(offsets, gemm.First);
            var target = packedA.Pointer()
                + ((long)(k - cut.KBegin) * cut.PackedRowPanels + (long)panel * kLength) * cut.TileRows;
            GemmPacking.Panels(
                source, gemm.Lda, gemm.TransposeA == 0, gemm.M, panel * cut.TileRows,
                Math.Min(GroupPanels, cut.PackedRowPanels - panel), k, kLength, target, cut.TileRows);
        }
    }

    [IntrinsicImplementation]
    public static void MultiplyItem(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> packedA, ArrayView<float> packedB, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<int> offsets, Cut cut)
    {
        ref var gemm = ref cut.Gemm;
        var (product, part) = Math.DivRem(item, cut.RowItems * cut.ColumnItems);
        var (row, column) = Math.DivRem(part, cut.ColumnItems);
        var (index, split) = Math.DivRem(product, gemm.Splits);
        index += gemm.First;
        var offsetC = gemm.Splits > 1 ? (long)product * gemm.M * gemm.N : gemm.OffsetC(offsets, index);
        var rectangle = new Rectangle
        {
            A = a.Pointer() + gemm.OffsetA(offsets, index),
            B = b.Pointer() + gemm.OffsetB(offsets, index),
            PackedA = packedA.Pointer(),
            PackedB = packedB.Pointer(),
            Output = new GemmEpilogue(ref gemm, offsetC, c, bias, residual),
            KFirst = split * gemm.SplitK,
            KLast = gemm.SplitEnd(split),
            RowBegin = (int)((long)cut.RowPanels * row / cut.RowItems),
            RowEnd = (int)((long)cut.RowPanels * (row + 1) / cut.RowItems),
            ColumnBegin = (int)((long)cut.ColumnPanels * column / cut.ColumnItems),
            ColumnEnd = (int)((long)cut.ColumnPanels * (column + 1) / cut.ColumnItems),
        };
        switch ((SimdWidth)cut.Width)
        {
            case SimdWidth.Bits512:
                MultiplyRectangle<Vector512Lanes, Tile12x2>(ref cut, ref rectangle);
                break;
            case SimdWidth.Bits256:
                MultiplyRectangle<Vector256Lanes, Tile6x2>(ref cut, ref rectangle);
                break;
            default:
                MultiplyRectangle<Vector128Lanes, Tile6x2>(ref cut, ref rectangle);
                break;
        }
    }

    /// <summary>What a work item computes, in panels.</summary>
    private struct Rectangle
    {
        public float* A; // of the product
        public float* B;
        public float* PackedA; // of all rows, or null
        public float* PackedB; // of all columns, or null
        public GemmEpilogue Output;
        public int KFirst; // of the sums
        public int KLast;
        public int RowBegin;
        public int RowEnd;
        public int ColumnBegin;
        public int ColumnEnd;
    }

    [SkipLocalsInit]
    private static void MultiplyRectangle<TVector, TTile>(ref Cut cut, ref Rectangle part)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        ref var gemm = ref cut.Gemm;
        var tileLength = TTile.Rows * cut.TileColumns;
        var ownPanels = Math.Min(OwnPanels, part.ColumnEnd - part.ColumnBegin);
        var lengthB = part.PackedB == null ? ownPanels * cut.TileColumns * cut.KBlock : 0;
        var lengthA = part.PackedA == null ? Math.Min(cut.BlockPanels, part.RowEnd - part.RowBegin) * TTile.Rows * cut.KBlock : 0;
        var buffer = stackalloc float[tileLength + lengthB + lengthA + 32];
        var tile = (float*)(((nuint)buffer + 63) & ~(nuint)63); // 64-byte aligned, so that no store crosses a cache line
        var ownB = part.PackedB == null ? tile + tileLength : null;
        var ownA = part.PackedA == null ? tile + tileLength + lengthB : null;

        var blocks = (part.RowEnd - part.RowBegin + cut.BlockPanels - 1) / cut.BlockPanels;
        var kEnd = Math.Min(part.KLast, cut.KEnd);
        for (var block = 0; block < blocks; block++)
        {
            var begin = part.RowBegin + (part.RowEnd - part.RowBegin) * block / blocks;
            var end = part.RowBegin + (part.RowEnd - part.RowBegin) * (block + 1) / blocks;
            for (var k = Math.Max(part.KFirst, cut.KBegin); k < kEnd; k += cut.KBlock)
            {
                var kLength = Math.Min(cut.KBlock, kEnd - k);
                var aPanels = ownA;
                if (ownA == null)
                {
                    aPanels = part.PackedA + ((long)(k - cut.KBegin) * cut.PackedRowPanels + (long)begin * kLength) * TTile.Rows;
                }
                else
                {
                    GemmPacking.Panels(
                        part.A, gemm.Lda, gemm.TransposeA == 0, gemm.M, begin * TTile.Rows, end - begin, k, kLength, ownA, TTile.Rows);
                }
                MultiplyBlock<TVector, TTile>(ref cut, ref part, begin, end, k, kEnd, aPanels, ownB, tile);
            }
        }
    }

    // A few rows of C from one block of K.
    private static void MultiplyBlock<TVector, TTile>(
        ref Cut cut, ref Rectangle part, int rowBegin, int rowEnd, int k, int kEnd, float* aPanels, float* ownB, float* tile)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        var kLength = Math.Min(cut.KBlock, kEnd - k);
        var output = part.Output.OfBlock(k == part.KFirst, k + kLength == part.KLast);
        var panels = ownB == null ? CachedPanels : OwnPanels;
        for (var j = part.ColumnBegin; j < part.ColumnEnd; j += panels)
        {
            var columnEnd = Math.Min(part.ColumnEnd, j + panels);
            var bPanels = ownB;
            GemmPacking.Region next = default;
            if (ownB == null)
            {
                bPanels = part.PackedB + ((long)(k - cut.KBegin) * cut.PackedColumnPanels + (long)j * kLength) * cut.TileColumns;
            }
            else
            {
                GemmPacking.Panels(
                    part.B, cut.Gemm.Ldb, cut.Gemm.TransposeB != 0, cut.NEnd, cut.NBegin + j * cut.TileColumns, columnEnd - j,
                    k, kLength, ownB, cut.TileColumns);
                // What it packs after these: the next panels, or the first of the next block of K.
                next = columnEnd < part.ColumnEnd
                    ? Region(ref cut, ref part, columnEnd, k, kEnd)
                    : Region(ref cut, ref part, part.ColumnBegin, k + kLength, kEnd);
            }
            MultiplyTiles<TVector, TTile>(ref cut, ref output, rowBegin, rowEnd, j, columnEnd, kLength, aPanels, bPanels, tile, next);
        }
    }

    private static GemmPacking.Region Region(ref Cut cut, ref Rectangle part, int panel, int k, int kEnd) => new(
        part.B, cut.Gemm.Ldb, cut.Gemm.TransposeB != 0, cut.NEnd, cut.NBegin + panel * cut.TileColumns,
        Math.Min(OwnPanels, part.ColumnEnd - panel), k, Math.Min(cut.KBlock, kEnd - k), cut.TileColumns);

    // Rows of op(A) pass by a few panels of op(B): a panel of op(A) stays in the first-level cache, and C is written along its rows.
    [MethodImpl(MicroKernel.Options)]
    private static void MultiplyTiles<TVector, TTile>(
        ref Cut cut, ref GemmEpilogue output, int rowBegin, int rowEnd, int columnBegin, int columnEnd, int kLength,
        float* aPanels, float* bPanels, float* tile, GemmPacking.Region next)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        var tileColumns = 2 * TVector.Count;
        var (m, nBegin, nEnd) = (cut.Gemm.M, cut.NBegin, cut.NEnd);
        for (var i = rowBegin; i < rowEnd; i++, aPanels += TTile.Rows * kLength)
        {
            var row = i * TTile.Rows;
            var rows = Math.Min(TTile.Rows, m - row);
            var bPanel = bPanels;
            if (next.Rows > 0)
                next.Prefetch(i - rowBegin, rowEnd - rowBegin);
            for (var j = columnBegin; j < columnEnd; j++, bPanel += tileColumns * kLength)
            {
                var column = nBegin + j * tileColumns;
                TTile.Multiply<TVector>(kLength, aPanels, bPanel, tile);
                output.Store<TVector>(tile, tileColumns, row, column, rows, Math.Min(tileColumns, nEnd - column));
            }
        }
    }
}
