using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>How products by panels are cut: for the registers, the caches and the threads.</summary>
internal static class GemmCuts
{
    private const int BlockLength = 56 * 1024; // elements of op(A) that an item packs at a time
    private const long PackedLength = 2L << 20; // elements that are packed ahead at a time
    private const int MaxNBlock = 4096;
    private const int ItemsPerThread = 8; // as many as the threads take in turns
    private const long SmallWork = 1 << 22; // multiplications of one product that are not worth a launch for packing
    private const long LargeWork = 1 << 24; // multiplications of a product in a batch that are worth launches of its own
    private const int ManyColumns = 512; // of an item, beside which packing its rows of op(A) again is little work
    private const int LittleToPack = 4 * 1024; // elements of op(A) that every item packs anew
    private const int FewRowPanels = 6; // of an item, for which it still pays to stream op(B)
    private const int FewColumnPanels = 4;

    /// <summary>A cut for products along stored rows; null where they do not pay.</summary>
    public static GemmDots.Cut? AlongRows(GemmArguments gemm, KernelLibrary library)
    {
        const int MostRows = 48; // with more of them, packing op(B) is little beside the product
        const int LeastLength = 256; // of sums: to add the lanes of a vector takes as long as 40 elements
        const int CachedLength = 96 * 1024; // elements of A
        if (gemm.TransposeA != 0 || gemm.TransposeB == 0 || gemm.M > MostRows || gemm.K < LeastLength || gemm.N < GemmDots.MaxColumns)
            return null;
        var items = Math.Max(1, (ItemsPerThread * library.Parallelism + gemm.Products - 1) / gemm.Products);
        var columns = Math.Min(GemmDots.MaxColumns, EvenBlock(gemm.N, Blocks(gemm.N, items), 4));
        return new()
        {
            Gemm = gemm,
            Width = (int)library.Width,
            KBlock = EvenBlock(gemm.K, CachedLength / gemm.M, 16),
            ColumnsPerItem = columns,
            ColumnItems = Blocks(gemm.N, columns),
        };
    }

    /// <summary>All of a product as one item.</summary>
    public static GemmPanels.Cut AllOf(GemmArguments gemm, SimdWidth width)
    {
        var rows = width == SimdWidth.Bits512 ? Tile12x2.Rows : Tile6x2.Rows;
        // A panel of each operand fits the first-level cache, of 32 KB with 256 bits and mostly 48 KB with 512.
        var kBlock = EvenBlock(gemm.SplitK, width == SimdWidth.Bits512 ? 256 : 384, 16);
        return new()
        {
            Gemm = gemm,
            Width = (int)width,
            TileRows = rows,
            TileColumns = 2 * (int)width / 32,
            KBlock = kBlock,
            KEnd = gemm.K,
            NEnd = gemm.N,
            RowItems = 1,
            ColumnItems = 1,
            BlockPanels = Math.Max(1, BlockLength / (kBlock * rows)),
        };
    }

    /// <summary>
    /// A cut whose items pack all they need themselves: for a batch of products that are not large, and for small ones. Null where
    /// items would pack too much that others pack as well.
    /// </summary>
    public static GemmPanels.Cut? PacksInItems(GemmArguments gemm, KernelLibrary library)
    {
        var cut = AllOf(gemm, library.Width);
        var products = gemm.Products * gemm.Splits;
        var isOneBlock = cut.RowPanels <= cut.BlockPanels;
        if (products == 1 ? gemm.Work > SmallWork && !(library.Parallelism == 1 && isOneBlock) : gemm.Work > LargeWork && !isOneBlock)
            return null;
        var wanted = library.Parallelism == 1 ? 1 : (ItemsPerThread * library.Parallelism + products - 1) / products;
        if (products == 1)
            wanted = Math.Min(wanted, library.Parallelism);
        var (rows, columns) = (Blocks(cut.RowPanels, FewRowPanels), Blocks(cut.ColumnPanels, FewColumnPanels));
        if (gemm.N >= gemm.M) // what is packed anew in every item is the smaller operand
        {
            cut.ColumnItems = Math.Min(wanted, columns);
            cut.RowItems = Math.Min(Blocks(wanted, cut.ColumnItems), rows);
        }
        else
        {
            cut.RowItems = Math.Min(wanted, rows);
            cut.ColumnItems = Math.Min(Blocks(wanted, cut.RowItems), columns);
        }
        return cut;
    }

    /// <summary>A cut of one product, in which op(A) or op(B) is packed ahead where several items read the same part of it.</summary>
    public static GemmPanels.Cut PacksAhead(GemmArguments gemm, KernelLibrary library, bool isPacked)
    {
        var cut = AllOf(gemm, library.Width);
        var wanted = library.Parallelism == 1 ? 1 : ItemsPerThread * library.Parallelism;
        var packsB = !isPacked && cut.RowPanels > cut.BlockPanels;
        if (packsB)
            cut.NEnd = EvenBlock(gemm.N, MaxNBlock, cut.TileColumns);
        (cut.RowItems, cut.ColumnItems) = packsB || isPacked ? Items(cut, wanted) : (1, Math.Min(wanted, cut.ColumnPanels));
        var columnsPerItem = cut.ColumnPanels * cut.TileColumns / cut.ColumnItems;
        var packsA = cut.ColumnItems > 1 && columnsPerItem < ManyColumns && (long)gemm.M * gemm.K > LittleToPack;
        cut.PackedRowPanels = packsA ? cut.RowPanels : 0;
        cut.PackedColumnPanels = packsB ? cut.ColumnPanels : 0;
        var perK = (long)cut.PackedRowPanels * cut.TileRows + (long)cut.PackedColumnPanels * cut.TileColumns;
        if (perK * gemm.K > PackedLength)
            cut.KEnd = Math.Min(gemm.K, (int)Math.Max(1, PackedLength / perK / cut.KBlock) * cut.KBlock);
        return cut;
    }

    /// <summary>Elements of op(A) that are packed ahead at a time.</summary>
    public static long LengthA(in GemmPanels.Cut cut) => (long)cut.PackedRowPanels * cut.TileRows * (cut.KEnd - cut.KBegin);

    /// <summary>Elements of op(B) that are packed ahead at a time.</summary>
    public static long LengthB(in GemmPanels.Cut cut) => (long)cut.PackedColumnPanels * cut.TileColumns * (cut.KEnd - cut.KBegin);

    /// <summary>Elements of a whole op(B), packed.</summary>
    public static long PackedB(GemmArguments gemm, SimdWidth width)
    {
        var cut = AllOf(gemm, width);
        return (long)cut.ColumnPanels * cut.TileColumns * gemm.K;
    }

    // Items of all columns pack their rows but once; where that leaves them too few rows, they share columns.
    private static (int Rows, int Columns) Items(in GemmPanels.Cut cut, int wanted)
    {
        var (rows, columns) = (wanted, 1);
        while (rows > 1 && cut.RowPanels < FewRowPanels * rows && cut.ColumnPanels >= 2 * FewColumnPanels * columns)
            (rows, columns) = ((rows + 1) / 2, columns * 2);
        return (Math.Min(rows, cut.RowPanels), Math.Min(columns, cut.ColumnPanels));
    }

    // Cuts a length into blocks of about equal size, each at most the limit and a multiple of the quantum.
    private static int EvenBlock(int length, int limit, int quantum)
    {
        var blocks = Math.Max(1, Blocks(length, limit));
        return Math.Max(quantum, Blocks(Blocks(length, blocks), quantum) * quantum);
    }

    private static int Blocks(int length, int perBlock) => RowItems.Blocks(length, perBlock);
}
