using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Launches matrix products on CPUs, by shape: directly where packing would cost more than it saves, as thin ones where reading
/// B is what takes the time, along stored rows where packing B is, else by panels; and with their sums split where C alone has too
/// little work for many cores.
/// </summary>
internal sealed class GemmRows(KernelLibrary library)
{
    // Below this many multiplications, packing costs more than it saves.
    private const long DirectWork = 16 * 1024;

    // So few rows that each element of B is used a few times only: reading it is what counts.
    private const int ThinRows = 8;

    /// <summary>The most rows for which packed panels of op(B) are no help.</summary>
    public const int UnpackedRows = 4;

    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, GemmDirect.Cut> _direct = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<int>, GemmDirect.Cut>(GemmDirect.Rows);

    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, GemmThin.Cut> _thin = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<int>, GemmThin.Cut>(GemmThin.Multiply);

    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, GemmDots.Cut> _dots = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<int>, GemmDots.Cut>(GemmDots.Multiply);

    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>,
        GemmPanels.Cut> _pack = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>,
        GemmPanels.Cut>(GemmPanels.Pack);

    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>, ArrayView<int>, GemmPanels.Cut> _multiply = library.LoadKernel<ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, GemmPanels.Cut>(
        GemmPanels.Multiply);

    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>,
        GemmArguments, int> _addParts = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, GemmArguments, int>(GemmSplit.Rows);

    /// <summary>Computes every product of a batch.</summary>
    public void Multiply(GemmArguments gemm, in GemmOperands operands)
    {
        if (gemm.Work <= DirectWork)
            MultiplyDirect(gemm, operands);
        else if (gemm.M <= ThinRows)
            MultiplyThin(gemm, operands);
        else if (GemmCuts.AlongRows(gemm, library) is { } dots)
            MultiplyAlongRows(dots, operands);
        else if (GemmSplit.Parts(gemm) is > 1 and var parts)
            MultiplySplit(gemm.Split(parts), gemm, operands);
        else
            MultiplyPanels(gemm, operands, default);
    }

    /// <summary>Packs op(B), every block of K behind the one before.</summary>
    public void Pack(GemmArguments gemm, ArrayView<float> b, ArrayView<float> panels)
    {
        var cut = GemmCuts.AllOf(gemm, library.Width);
        cut.PackedColumnPanels = cut.ColumnPanels;
        _pack(cut.PackingItems, default, b, default, panels, default, cut);
    }

    /// <summary>Computes one product with packed panels of op(B).</summary>
    public void MultiplyPacked(GemmArguments gemm, in GemmOperands operands, ArrayView<float> panels) =>
        MultiplyPanels(gemm, operands, panels);

    private void MultiplyAlongRows(GemmDots.Cut cut, in GemmOperands operands) => _dots(
        checked(cut.Gemm.Products * cut.ColumnItems), operands.A, operands.B, operands.C, operands.Bias, operands.Residual,
        operands.Offsets, cut);

    private void MultiplyDirect(GemmArguments gemm, in GemmOperands operands)
    {
        const int Quantum = 64; // columns: four of the widest vectors
        const long ItemWork = 4 * 1024; // multiplications that are worth a work item
        var perRow = (long)gemm.N * Math.Max(gemm.K, 1);
        var parts = (int)Math.Clamp(perRow / (2 * ItemWork), 1, Math.Max(1, gemm.N / Quantum));
        parts = Math.Min(parts, Math.Max(1, 4 * library.Parallelism / gemm.M));
        var rows = (int)Math.Clamp(ItemWork / perRow, 1, gemm.M);
        var columns = (gemm.N + parts - 1) / parts;
        columns = parts == 1 ? gemm.N : (columns + Quantum - 1) / Quantum * Quantum;
        var cut = new GemmDirect.Cut
        {
            Gemm = gemm,
            Width = (int)library.Width,
            RowsPerItem = rows,
            ColumnsPerItem = columns,
            RowItems = (gemm.M + rows - 1) / rows,
            ColumnItems = (gemm.N + columns - 1) / columns,
        };
        _direct(
            checked(gemm.Products * cut.RowItems * cut.ColumnItems), operands.A, operands.B, operands.C, operands.Bias, operands.Residual,
            operands.Offsets, cut);
    }

    // B is cut along its stored rows' direction, so that every item reads whole rows of it: as [K, N] into parts of K, whose sums
    // are added afterwards, as [N, K] into groups of columns of C.
    private void MultiplyThin(GemmArguments gemm, in GemmOperands operands)
    {
        const int MaxParts = 16;
        const int ItemLength = 32 * 1024; // elements of B
        var columns = Math.Min(gemm.N, GemmThin.MaxColumns);
        var pieces = (long)gemm.Products * ((gemm.N + columns - 1) / columns);
        var parts = (int)Math.Clamp(Math.Min((long)gemm.K * columns / (2 * ItemLength), MaxParts / pieces), 1, MaxParts);
        if (gemm.TransposeB != 0)
        {
            columns = Math.Min(columns, Math.Max(4, ItemLength / gemm.K / 4 * 4));
            if (gemm.Products == 1 && (long)gemm.N * gemm.K <= 8 * ItemLength)
                columns = Math.Max(columns, (gemm.N / library.Parallelism + 3) / 4 * 4);
            parts = gemm.N >= 4 * MaxParts || gemm.Products >= MaxParts ? 1 : parts;
        }
        else if (parts == 1 && gemm.Products == 1 && (long)gemm.N * gemm.K >= ItemLength)
        {
            columns = Math.Min(columns, Math.Max(64, (gemm.N / library.Parallelism + 15) / 16 * 16));
        }
        if (parts > 1)
        {
            MultiplySplit(gemm.Split(parts), gemm, operands, columns);
            return;
        }
        MultiplyThin(gemm, operands, columns);
    }

    private void MultiplyThin(GemmArguments gemm, in GemmOperands operands, int columns)
    {
        var cut = new GemmThin.Cut
        {
            Gemm = gemm,
            Width = (int)library.Width,
            ColumnsPerItem = columns,
            ColumnItems = (gemm.N + columns - 1) / columns,
        };
        _thin(
            checked(gemm.Products * gemm.Splits * cut.ColumnItems), operands.A, operands.B, operands.C, operands.Bias,
            operands.Residual, operands.Offsets, cut);
    }

    // The parts of the sums are computed to a workspace and then added, in their order.
    private void MultiplySplit(GemmArguments split, GemmArguments gemm, in GemmOperands operands, int thinColumns = 0)
    {
        (gemm.Splits, gemm.SplitK) = (split.Splits, split.SplitK);
        var length = (long)gemm.Products * gemm.Splits * gemm.M * gemm.N;
        using var memory = library.Pool.Rent(length * sizeof(float));
        var parts = memory.View<float>(length);
        var toParts = operands with { C = parts, Bias = default, Residual = default };
        if (thinColumns > 0)
            MultiplyThin(split, toParts, thinColumns);
        else
            MultiplyPanels(split, toParts, default);
        _addParts(
            GemmSplit.RowItems(gemm), parts, operands.C, operands.Bias, operands.Residual, operands.Offsets, gemm, (int)library.Width);
    }

    private void MultiplyPanels(GemmArguments gemm, in GemmOperands operands, ArrayView<float> panels)
    {
        if (panels.Length == 0 && GemmCuts.PacksInItems(gemm, library) is { } cut)
        {
            Launch(cut, operands, default, default);
            return;
        }
        var products = gemm.Products;
        gemm.Products = 1;
        for (; gemm.First < products; gemm.First++)
            MultiplyOne(gemm, operands, panels);
    }

    // One product, of which what several items read is packed ahead.
    private void MultiplyOne(GemmArguments gemm, in GemmOperands operands, ArrayView<float> panels)
    {
        var isPacked = panels.Length > 0;
        var all = GemmCuts.PacksAhead(gemm, library, isPacked);
        var (lengthA, lengthB) = (GemmCuts.LengthA(all), isPacked ? 0 : GemmCuts.LengthB(all));
        using var packing = library.Pool.Rent((lengthA + lengthB) * sizeof(float));
        var workspace = packing.View<float>(lengthA + lengthB);
        var (packedA, packedB) = (workspace.Part(0, lengthA), workspace.Part(lengthA, lengthB));
        for (var n = all.NBegin; n < gemm.N; n += all.NEnd - all.NBegin)
        {
            for (var k = all.KBegin; k < gemm.K; k += all.KEnd - all.KBegin)
            {
                var cut = all;
                (cut.NBegin, cut.NEnd) = (n, Math.Min(gemm.N, n + all.NEnd));
                (cut.KBegin, cut.KEnd) = (k, Math.Min(gemm.K, k + all.KEnd));
                cut.PackedColumnPanels = isPacked || all.PackedColumnPanels == 0 ? 0 : cut.ColumnPanels;
                if (cut.PackingItems > 0)
                    _pack(cut.PackingItems, operands.A, operands.B, packedA, packedB, operands.Offsets, cut);
                if (isPacked)
                    cut.PackedColumnPanels = cut.ColumnPanels;
                Launch(cut, operands, packedA, isPacked ? panels.SubView((long)k * cut.ColumnPanels * cut.TileColumns) : packedB);
            }
        }
    }

    private void Launch(in GemmPanels.Cut cut, in GemmOperands operands, ArrayView<float> packedA, ArrayView<float> packedB) => _multiply(
        cut.Items, operands.A, operands.B, packedA, packedB, operands.C, operands.Bias, operands.Residual, operands.Offsets, cut);
}

/// <summary>The operands of a product or of a batch of them.</summary>
/// <param name="A">[M, K], or [K, M] when transposed.</param>
/// <param name="B">[K, N], or [N, K] when transposed.</param>
/// <param name="C">[M, N].</param>
/// <param name="Bias">[N], or empty.</param>
/// <param name="Residual">[M, N] laid out as C, or empty.</param>
/// <param name="Offsets">[products, 3]: where A, B and C begin; or empty.</param>
internal readonly record struct GemmOperands(
    ArrayView<float> A, ArrayView<float> B, ArrayView<float> C, ArrayView<float> Bias, ArrayView<float> Residual,
    ArrayView<int> Offsets = default);
