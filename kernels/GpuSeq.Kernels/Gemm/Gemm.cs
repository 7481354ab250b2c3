using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// General matrix product: C = activation(alpha op(A) op(B) + beta C + bias) + residual,
/// op(A) [M, K], op(B) [K, N], C [M, N], bias [N], residual laid out as C.
/// </summary>
public sealed class Gemm
{
    // A block of K keeps a panel of B in the first-level cache; a block of N keeps packed B in the last-level one.
    private const int MaxKBlock = 256;
    private const int MaxNBlock = 4096;

    // Below this many multiplications, or rows, packing costs more than it saves.
    private const long DirectLimit = 16 * 1024;
    private const int DirectRows = 4;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, GemmPanels.Block>? _pack;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, GemmPanels.Block>? _multiply;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        GemmDirect.Cut>? _direct;

    internal Gemm(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        if (library.Shape == KernelShape.Row)
        {
            _pack = accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                GemmPanels.Block>(GemmPanels.Pack, 1);
            _multiply = accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                ArrayView<float>, GemmPanels.Block>(GemmPanels.Multiply, 1);
            _direct = accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                ArrayView<float>, ArrayView<float>, GemmDirect.Cut>(GemmDirect.Rows, 1);
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
        if (shape.M <= DirectRows || (long)shape.M * shape.N * shape.K <= DirectLimit)
            MultiplyDirect(gemm, a, b, c, bias, residual);
        else
            MultiplyPanels(gemm, a, b, c, bias, residual);
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

    private void MultiplyPanels(
        GemmArguments gemm, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual)
    {
        var lanes = (int)_library.Width / 32;
        var tileRows = _library.Width == SimdWidth.Bits512 ? Tile12x2.Rows : Tile6x2.Rows;
        var tileColumns = 2 * lanes;
        var kBlock = EvenBlock(gemm.K, MaxKBlock, 8);
        var nBlock = EvenBlock(gemm.N, MaxNBlock, tileColumns);
        var rowPanels = (gemm.M + tileRows - 1) / tileRows;
        var packedA = (long)rowPanels * tileRows * kBlock;
        packedA = (packedA + 15) / 16 * 16;
        var packedB = (long)(nBlock + tileColumns - 1) / tileColumns * tileColumns * kBlock;
        using var packing = _library.Pool.Rent((packedA + packedB) * sizeof(float));
        var packed = packing.View<float>(packedA + packedB);

        var block = new GemmPanels.Block
        {
            Gemm = gemm,
            Width = (int)_library.Width,
            TileRows = tileRows,
            TileColumns = tileColumns,
            PackedBOffset = (int)packedA,
        };
        for (block.NBegin = 0; block.NBegin < gemm.N; block.NBegin += nBlock)
        {
            block.NLength = Math.Min(nBlock, gemm.N - block.NBegin);
            (block.ItemRows, block.ItemColumns) = ItemSize(rowPanels, block.ColumnPanels);
            block.ItemsAcross = (block.ColumnPanels + block.ItemColumns - 1) / block.ItemColumns;
            var items = (rowPanels + block.ItemRows - 1) / block.ItemRows * block.ItemsAcross;
            for (block.KBegin = 0; block.KBegin < gemm.K; block.KBegin += kBlock)
            {
                block.KLength = Math.Min(kBlock, gemm.K - block.KBegin);
                _pack!(block.ColumnPanels + rowPanels, a, b, packed, block);
                _multiply!(items, packed, c, bias, residual, block);
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

    // Cuts a length into blocks of about equal size, each at most the limit and a multiple of the quantum.
    private static int EvenBlock(int length, int limit, int quantum)
    {
        var blocks = Math.Max(1, (length + limit - 1) / limit);
        var block = (length + blocks - 1) / blocks;
        return Math.Max(quantum, (block + quantum - 1) / quantum * quantum);
    }

    private static void Check(
        GemmShape shape, GemmArguments gemm, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual)
    {
        if (shape.M < 0 || shape.N < 0 || shape.K < 0)
            throw new ArgumentException($"Gemm {shape}: sizes must not be negative.", nameof(shape));
        CheckOperand("A", a.Length, shape.TransposeA ? shape.K : shape.M, shape.TransposeA ? shape.M : shape.K, gemm.Lda);
        CheckOperand("B", b.Length, shape.TransposeB ? shape.N : shape.K, shape.TransposeB ? shape.K : shape.N, gemm.Ldb);
        CheckOperand("C", c.Length, shape.M, shape.N, gemm.Ldc);
        if (residual.Length > 0)
            CheckOperand("residual", residual.Length, shape.M, shape.N, gemm.Ldc);
        if (bias.Length > 0 && bias.Length < shape.N)
            throw new ArgumentException($"Gemm {shape}: the bias has {bias.Length} elements for {shape.N} columns.", nameof(bias));

        void CheckOperand(string name, long length, int rows, int columns, int stride)
        {
            if (stride < columns && rows > 1)
                throw new ArgumentException($"Gemm {shape}: {name} has rows of {columns} elements, but one begins every {stride}.");
            var needed = rows == 0 || columns == 0 ? 0 : (long)(rows - 1) * stride + columns;
            if (length < needed)
                throw new ArgumentException($"Gemm {shape}: {name} has {length} elements and needs {needed}.");
        }
    }
}
