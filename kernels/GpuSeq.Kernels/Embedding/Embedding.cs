using GpuSeq.Kernels.Recording;
using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Rows of a table, looked up by number: y[i] = table[ids[i]], table [V, C], ids [n], y [n, C]; and the gradient,
/// dtable[v] = sum of dy[i] over the positions i with ids[i] = v, in ascending order of i. A sum of rows of several tables,
/// as of tokens, segments and positions, is one launch; each of its tables has that same gradient.
/// </summary>
/// <remarks>
/// An id outside the table is an error of the caller. On CPUs it surfaces as an exception at the next synchronisation; on
/// other accelerators, where kernels cannot throw, its row of y is NaN and its row of dy is left out.
/// </remarks>
public sealed class Embedding
{
    private const int ItemsPerThread = 8;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, EmbeddingRows.Cut>? _lookUpRows;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<int>, EmbeddingRows.Cut>? _linkRows;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, EmbeddingRows.Cut>? _sumRows;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, EmbeddingGroups.Table>? _lookUp;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<int>, EmbeddingGroups.Table>? _link;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>, EmbeddingGroups.Table>? _sum;
    private readonly Action<Index1D, EmbeddingTables, ArrayView<float>, EmbeddingSum.Arguments> _sumOfTables;

    internal Embedding(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        _sumOfTables = library.LoadKernel<EmbeddingTables, ArrayView<float>, EmbeddingSum.Arguments>(
            library.Shape == KernelShape.Row ? EmbeddingSum.Part : EmbeddingSum.Lane);
        if (library.Shape == KernelShape.Row)
        {
            _lookUpRows = library.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>,
                EmbeddingRows.Cut>(EmbeddingRows.LookUp);
            _linkRows = library.LoadKernel<ArrayView<int>, ArrayView<int>,
                EmbeddingRows.Cut>(EmbeddingRows.Link);
            _sumRows = library.LoadKernel<ArrayView<int>, ArrayView<float>, ArrayView<float>,
                EmbeddingRows.Cut>(EmbeddingRows.Sum);
        }
        else
        {
            _lookUp = library.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>,
                EmbeddingGroups.Table>(EmbeddingGroups.LookUp);
            _link = library.LoadKernel<ArrayView<int>, ArrayView<int>,
                EmbeddingGroups.Table>(EmbeddingGroups.Link);
            _sum = library.LoadKernel<ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<float>,
                EmbeddingGroups.Table>(EmbeddingGroups.Sum);
        }
    }

    /// <summary>Looks rows up.</summary>
    /// <param name="columns">C.</param>
    /// <param name="table">[V, C].</param>
    /// <param name="ids">[n], each from 0 to V, exclusively.</param>
    /// <param name="y">[n, C].</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Forward(int columns, ArrayView<float> table, ArrayView<int> ids, ArrayView<float> y)
    {
        var rows = Check(columns, table, ids, y);
        if (y.Length == 0)
            return;
        if (_lookUp is not null)
        {
            _lookUp(y.IntLength, table, ids, y, new() { Rows = rows, Columns = columns });
            return;
        }
        var positions = ids.IntLength;
        var perItem = RowItems.RowsPerItem(positions, columns, RowItems.Moves);
        var cut = new EmbeddingRows.Cut
        {
            Rows = rows,
            Columns = columns,
            Width = (int)_library.Width,
            RowsPerItem = perItem,
            Write = Writing.Of(_library, y.Length, false),
        };
        _lookUpRows!(RowItems.Blocks(positions, perItem), table, ids, y, cut);
    }

    /// <summary>Sums rows of two or three tables.</summary>
    /// <param name="columns">C.</param>
    /// <param name="tables">The tables, and [n] ids for each.</param>
    /// <param name="y">[n, C].</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void ForwardSum(int columns, in EmbeddingTables tables, ArrayView<float> y)
    {
        var hasThird = tables.Third.Length > 0 || tables.ThirdIds.Length > 0;
        var perItem = RowItems.RowsPerItem(tables.FirstIds.IntLength, columns, RowItems.Moves);
        var arguments = new EmbeddingSum.Arguments
        {
            Columns = columns,
            FirstRows = Check(columns, tables.First, tables.FirstIds, y),
            SecondRows = Check(columns, tables.Second, tables.SecondIds, y),
            ThirdRows = hasThird ? Check(columns, tables.Third, tables.ThirdIds, y) : 0,
            Width = (int)_library.Width,
            RowsPerItem = perItem,
        };
        if (y.Length == 0)
            return;
        var items = _library.Shape == KernelShape.Row ? RowItems.Blocks(tables.FirstIds.IntLength, perItem) : y.IntLength;
        _sumOfTables(items, tables, y, arguments);
    }

    /// <summary>Sums the gradient of the table.</summary>
    /// <param name="columns">C.</param>
    /// <param name="ids">[n], each from 0 to V, exclusively.</param>
    /// <param name="dy">[n, C].</param>
    /// <param name="dTable">[V, C].</param>
    /// <param name="accumulate">Whether to add to what dTable holds; else rows that no id names become 0.</param>
    /// <param name="paddingIndex">A row that gets no gradient, or -1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Backward(
        int columns, ArrayView<int> ids, ArrayView<float> dy, ArrayView<float> dTable, bool accumulate, int paddingIndex = -1)
    {
        var rows = Check(columns, dTable, ids, dy);
        if (dTable.Length == 0 || (accumulate && ids.Length == 0))
            return;
        var positions = ids.IntLength;
        if (_sumRows is not null)
        {
            SumRows(rows, columns, ids, dy, dTable, accumulate, paddingIndex);
            return;
        }
        if (!accumulate)
            _library.Clear(dTable);
        if (positions == 0)
            return;
        using var links = _library.Pool.Rent(2L * positions * sizeof(int));
        var table = new EmbeddingGroups.Table { Rows = rows, Columns = columns, PaddingIndex = paddingIndex };
        _link!(positions, ids, links.View<int>(2 * positions), table);
        _sum!(dy.IntLength, ids, links.View<int>(2 * positions), dy, dTable, table);
    }

    private void SumRows(
        int rows, int columns, ArrayView<int> ids, ArrayView<float> dy, ArrayView<float> dTable, bool accumulate, int paddingIndex)
    {
        var positions = ids.IntLength;
        var work = ((long)positions + (accumulate ? 0 : rows)) * columns;
        var items = (int)Math.Clamp(work / RowItems.Moves, 1, ItemsPerThread * _library.Parallelism);
        // Frequent ids often stand together, so an item takes a block of rows here and a block there. A block is at most a
        // page, and at least a cache line: two threads must not write the same one.
        var perBlock = Math.Clamp(rows / (items * 8), 1, Math.Max(1, 1024 / columns));
        perBlock = Math.Max(perBlock, 16 / columns);
        var cut = new EmbeddingRows.Cut
        {
            Rows = rows,
            Columns = columns,
            Width = (int)_library.Width,
            RowsPerItem = perBlock,
            Items = Math.Min(items, RowItems.Blocks(rows, perBlock)),
            Accumulate = accumulate ? 1 : 0,
            PaddingIndex = paddingIndex,
        };
        using var links = _library.Pool.Rent(((long)rows + positions) * sizeof(int));
        var view = links.View<int>((long)rows + positions);
        _linkRows!(1, ids, view, cut);
        _sumRows!(cut.Items, view, dy, dTable, cut);
    }

    private static int Check(int columns, ArrayView<float> table, ArrayView<int> ids, ArrayView<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        var rows = columns == 0 ? 0 : table.Length / columns;
        if (rows * columns != table.Length || rows > int.MaxValue)
            throw new ArgumentException($"Embedding: a table of {table.Length} elements has no whole rows of {columns}.", nameof(table));
        if (values.Length != ids.Length * columns || values.Length > int.MaxValue)
        {
            throw new ArgumentException(
                $"Embedding: {ids.Length} ids for a table [{rows}, {columns}] need [{ids.Length}, {columns}], "
                + $"not {values.Length} elements.",
                nameof(values));
        }
        return (int)rows;
    }
}
