using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// General matrix product: C = activation(alpha op(A) op(B) + beta C + bias) + residual,
/// op(A) [M, K], op(B) [K, N], C [M, N], bias [N], residual laid out as C.
/// </summary>
public sealed class Gemm
{
    // A block of K keeps a panel of B in the first-level cache; a block of N keeps packed B in the last-level one.
    private const int MaxKBlock = 384;
    private const int MaxNBlock = 4096;

    // Below this many multiplications, or rows, packing costs more than it saves.
    private const long DirectLimit = 16 * 1024;
    private const int DirectRows = 4;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, GemmPanels.Block>? _pack;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        GemmPanels.Block>? _multiply;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        GemmDirect.Cut>? _direct;

    private readonly GemmTiled? _tiled;

    internal Gemm(KernelLibrary library)
    {
        _library = library;
        if (library.Shape == KernelShape.Row)
        {
            _pack = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, GemmPanels.Block>(
                GemmPanels.Pack);
            _multiply = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                GemmPanels.Block>(GemmPanels.Multiply);
            _direct = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                GemmDirect.Cut>(GemmDirect.Rows);
        }
        else
        {
            _tiled = new GemmTiled(library.Accelerator);
        }
    }

    /// <summary>Multiplies.</summary>
    /// <param name="shape">Sizes, layouts, factors and activation.</param>
    /// <param name="a">[M, K], or [K, M] when transposed.</param>
    /// <param name="b">[K, N], or [N, K] when transposed.</param>
    /// <param name="c">[M, N].</param>
    /// <param name="bias">[N], or empty for none.</param>
    /// <param name="residual">[M, N] laid out as C, added after the activation; or empty for none.</param>
    /// <exception cref="ArgumentException">An operand is shorter than its shape, or a leading dimension shorter than its row.</exception>
    public void Multiply(
        GemmShape shape, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias = default, ArrayView<float> residual = default)
    {
        var gemm = new GemmArguments(shape);
        Check(shape, gemm, a, b, c, bias, residual);
        if (shape.M == 0 || shape.N == 0)
            return;
        if (_tiled is { } tiled)
            tiled.Multiply(gemm, a, b, c, bias, residual);
        else if (shape.M <= DirectRows || (long)shape.M * shape.N * shape.K <= DirectLimit)
            MultiplyDirect(gemm, a, b, c, bias, residual);
        else
            MultiplyPanels(gemm, a, b, default, c, bias, residual);
    }

    /// <summary>Prepares op(B) for products with many A, such as the steps of a recurrent layer.</summary>
    /// <param name="b">[K, N], or [N, K] when transposed; it must not change while the packed form is in use.</param>
    /// <param name="n">Columns of op(B).</param>
    /// <param name="k">Rows of op(B).</param>
    /// <param name="transposeB">Whether B is stored as [N, K].</param>
    /// <param name="ldb">Elements from one stored row of B to the next; 0 means that rows lie side by side.</param>
    /// <returns>The packed matrix, to be disposed after the last product.</returns>
    public PackedMatrix Pack(ArrayView<float> b, int n, int k, bool transposeB, int ldb = 0)
    {
        var shape = new GemmShape(1, n, k) { TransposeB = transposeB, Ldb = ldb };
        var gemm = new GemmArguments(shape);
        CheckOperand(shape, "B", b.Length, transposeB ? n : k, transposeB ? k : n, gemm.Ldb);
        if (_tiled is not null || (long)n * k == 0)
            return new(b, n, k, transposeB, gemm.Ldb, null, default);
        var tiling = new Tiling(gemm, _library.Width);
        var length = (long)tiling.PaddedN * k;
        var memory = _library.Pool.Rent(length * sizeof(float));
        var panels = memory.View<float>(length);
        var block = tiling.Block(gemm, _library.Width);
        block.NLength = n;
        block.ColumnItems = block.ColumnPanels;
        for (block.KBegin = 0; block.KBegin < k; block.KBegin += tiling.KBlock)
        {
            block.KLength = Math.Min(tiling.KBlock, k - block.KBegin);
            _pack!(block.ColumnItems, default, b, default, panels.SubView((long)block.KBegin * tiling.PaddedN), block);
        }
        return new(b, n, k, transposeB, gemm.Ldb, memory, panels);
    }

    /// <summary>Multiplies by a packed matrix.</summary>
    /// <param name="shape">Sizes, layout of A, factors and activation; what it says of B must be what was packed.</param>
    /// <param name="a">[M, K], or [K, M] when transposed.</param>
    /// <param name="b">The packed op(B), [K, N].</param>
    /// <param name="c">[M, N].</param>
    /// <param name="bias">[N], or empty for none.</param>
    /// <param name="residual">[M, N] laid out as C, or empty for none.</param>
    /// <exception cref="ArgumentException">An operand does not fit the shape.</exception>
    public void Multiply(
        GemmShape shape, ArrayView<float> a, in PackedMatrix b, ArrayView<float> c,
        ArrayView<float> bias = default, ArrayView<float> residual = default)
    {
        if (b.N != shape.N || b.K != shape.K || b.TransposeB != shape.TransposeB)
            throw new ArgumentException($"Gemm {shape}: the packed matrix is {(b.TransposeB ? "t " : "")}{b.K}x{b.N}.", nameof(b));
        var gemm = new GemmArguments(shape) { Ldb = b.Ldb };
        if (b.Panels.Length == 0 || shape.M <= DirectRows)
        {
            Multiply(shape with { Ldb = b.Ldb }, a, b.Source, c, bias, residual);
            return;
        }
        Check(shape, gemm, a, b.Source, c, bias, residual);
        if (shape.M > 0)
            MultiplyPanels(gemm, a, default, b.Panels, c, bias, residual);
    }

    private void MultiplyDirect(
        GemmArguments gemm, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual)
    {
        const int Quantum = 64; // columns: four of the widest vectors
        const long ItemWork = 8 * 1024; // multiplications that are worth a work item
        var perRow = (long)gemm.N * Math.Max(gemm.K, 1);
        var parts = (int)Math.Clamp(perRow / ItemWork, 1, Math.Max(1, gemm.N / Quantum));
        parts = Math.Min(parts, Math.Max(1, 4 * _library.Parallelism / gemm.M));
        var columns = (gemm.N + parts - 1) / parts;
        columns = parts == 1 ? gemm.N : (columns + Quantum - 1) / Quantum * Quantum;
        var cut = new GemmDirect.Cut
        {
            Gemm = gemm,
            Width = (int)_library.Width,
            ColumnsPerItem = columns,
            ItemsPerRow = (gemm.N + columns - 1) / columns,
        };
        _direct!(gemm.M * cut.ItemsPerRow, a, b, c, bias, residual, cut);
    }

    // With panels of op(B) at hand, only op(A) is packed.
    private void MultiplyPanels(
        GemmArguments gemm, ArrayView<float> a, ArrayView<float> b, ArrayView<float> panels, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual)
    {
        var tiling = new Tiling(gemm, _library.Width);
        var isPacked = panels.Length > 0;
        var nBlock = isPacked ? tiling.PaddedN : tiling.NBlock;
        var lengthA = tiling.PaddedM * (long)tiling.KBlock;
        var lengthB = isPacked ? 0 : nBlock * (long)tiling.KBlock;
        using var packing = _library.Pool.Rent((lengthA + lengthB) * sizeof(float));
        var packedA = packing.View<float>(lengthA);
        var packedB = isPacked ? default : packing.View<float>(lengthA + lengthB).SubView(lengthA);

        var block = tiling.Block(gemm, _library.Width);
        for (block.NBegin = 0; block.NBegin < gemm.N; block.NBegin += nBlock)
        {
            block.NLength = Math.Min(nBlock, gemm.N - block.NBegin);
            block.ColumnItems = isPacked ? 0 : block.ColumnPanels;
            (block.ItemRows, block.ItemColumns) = ItemSize(block.RowPanels, block.ColumnPanels);
            block.ItemsAcross = (block.ColumnPanels + block.ItemColumns - 1) / block.ItemColumns;
            var items = (block.RowPanels + block.ItemRows - 1) / block.ItemRows * block.ItemsAcross;
            for (block.KBegin = 0; block.KBegin < gemm.K; block.KBegin += tiling.KBlock)
            {
                block.KLength = Math.Min(tiling.KBlock, gemm.K - block.KBegin);
                if (isPacked)
                    packedB = panels.SubView((long)block.KBegin * tiling.PaddedN);
                _pack!(block.ColumnItems + block.RowPanels, a, b, packedA, packedB, block);
                _multiply!(items, packedA, packedB, c, bias, residual, block);
            }
        }
    }

    // Tiles of a work item: about 96 rows keep packed A in the second-level cache; fewer where there would be too few items.
    private (int Rows, int Columns) ItemSize(int rowPanels, int columnPanels)
    {
        var rows = Math.Min(rowPanels, 16);
        var columns = Math.Min(columnPanels, 16);
        var wanted = 4 * _library.Parallelism;
        while (Items(rows, columns) < wanted && (rows > 2 || columns > 1))
        {
            if (columns > 1 && columns * 2 > rows)
                columns = (columns + 1) / 2;
            else
                rows = (rows + 1) / 2;
        }
        return (rows, columns);

        long Items(int r, int c) => (long)((rowPanels + r - 1) / r) * ((columnPanels + c - 1) / c);
    }

    /// <summary>How a product is cut into blocks for the caches and tiles for the registers.</summary>
    private readonly struct Tiling
    {
        private readonly int _rows;
        private readonly int _columns;

        public Tiling(GemmArguments gemm, SimdWidth width)
        {
            _rows = width == SimdWidth.Bits512 ? Tile12x2.Rows : Tile6x2.Rows;
            _columns = 2 * (int)width / 32;
            KBlock = EvenBlock(gemm.K, MaxKBlock, 16);
            NBlock = EvenBlock(gemm.N, MaxNBlock, _columns);
            PaddedM = RoundUp(gemm.M, _rows);
            PaddedN = RoundUp(gemm.N, _columns);
        }

        public int KBlock { get; }

        public int NBlock { get; }

        public int PaddedM { get; }

        public int PaddedN { get; }

        public GemmPanels.Block Block(GemmArguments gemm, SimdWidth width) =>
            new() { Gemm = gemm, Width = (int)width, TileRows = _rows, TileColumns = _columns };

        // Cuts a length into blocks of about equal size, each at most the limit and a multiple of the quantum.
        private static int EvenBlock(int length, int limit, int quantum)
        {
            var blocks = Math.Max(1, (length + limit - 1) / limit);
            return Math.Max(quantum, RoundUp((length + blocks - 1) / blocks, quantum));
        }

        private static int RoundUp(int length, int quantum) => (length + quantum - 1) / quantum * quantum;
    }

    private static void Check(
        GemmShape shape, GemmArguments gemm, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual)
    {
        if (shape.M < 0 || shape.N < 0 || shape.K < 0)
            throw new ArgumentException($"Gemm {shape}: sizes must not be negative.", nameof(shape));
        CheckOperand(shape, "A", a.Length, shape.TransposeA ? shape.K : shape.M, shape.TransposeA ? shape.M : shape.K, gemm.Lda);
        CheckOperand(shape, "B", b.Length, shape.TransposeB ? shape.N : shape.K, shape.TransposeB ? shape.K : shape.N, gemm.Ldb);
        CheckOperand(shape, "C", c.Length, shape.M, shape.N, gemm.Ldc);
        if (residual.Length > 0)
            CheckOperand(shape, "residual", residual.Length, shape.M, shape.N, gemm.Ldc);
        if (bias.Length > 0 && bias.Length < shape.N)
            throw new ArgumentException($"Gemm {shape}: the bias has {bias.Length} elements for {shape.N} columns.", nameof(bias));
    }

    private static void CheckOperand(GemmShape shape, string name, long length, int rows, int columns, int stride)
    {
        if (stride < columns && rows > 1)
            throw new ArgumentException($"Gemm {shape}: {name} has rows of {columns} elements, but one begins every {stride}.");
        var needed = rows == 0 || columns == 0 ? 0 : (long)(rows - 1) * stride + columns;
        if (length < needed)
            throw new ArgumentException($"Gemm {shape}: {name} has {length} elements and needs {needed}.");
    }
}
