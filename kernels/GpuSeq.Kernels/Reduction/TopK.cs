using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// The k largest elements of each row, largest first, and where they stand: x [rows, columns] -> values, indices [rows, k].
/// Of equal elements the first goes first; NaN counts as the largest, as in PyTorch. The gradient is
/// <see cref="Reduction.SelectBackward"/>.
/// </summary>
public sealed class TopK
{
    private const int ItemElements = 16 * 1024; // about 5 microseconds

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<ulong>, TopKArguments>? _part;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<int>, TopKArguments>? _group;

    internal TopK(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        if (library.Shape == KernelShape.Row)
        {
            _part = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<int>,
                ArrayView<ulong>, TopKArguments>(TopKRows.Part);
        }
        else
        {
            _group = library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, ArrayView<int>, TopKArguments>(TopKGroups.Row);
        }
    }

    /// <summary>Finds the k largest elements of each row.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="values">[rows, k], the largest first.</param>
    /// <param name="indices">[rows, k], their columns.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="k">How many, at most the length of a row.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other, or a row has not k elements.</exception>
    public void Forward(ArrayView<float> x, ArrayView<float> values, ArrayView<int> indices, int rows, int columns, int k)
    {
        if (rows < 0 || columns < 0 || x.Length != (long)rows * columns)
            throw SizeMismatch.Of("TopK", "x", x.Length, $"[{rows}, {columns}]");
        if (k < 0 || k > columns)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"TopK: rows of {columns} elements have no {k} largest ones.");
        if (values.Length != (long)rows * k)
            throw SizeMismatch.Of("TopK", "values", values.Length, $"[{rows}, {k}]");
        if (indices.Length != values.Length)
            throw SizeMismatch.Between("TopK", "indices", indices.Length, "values", values.Length);
        if (values.Length == 0)
            return;
        var arguments = new TopKArguments { Rows = rows, Columns = columns, K = k, Width = (int)_library.Width };
        if (_group is not null)
        {
            _group((rows, GroupReduce.Lanes), x, values, indices, arguments);
            return;
        }
        arguments.RowsPerItem = Math.Max(1, ItemElements / columns);
        using var workspace = _library.Pool.Rent((long)rows * k * sizeof(ulong));
        _part!(RowItems.Blocks(rows, arguments.RowsPerItem), x, values, indices, workspace.View<ulong>((long)rows * k), arguments);
    }
}

/// <summary>Sizes of a search for the k largest.</summary>
internal struct TopKArguments
{
    public int Rows;
    public int Columns;
    public int K;
    public int RowsPerItem;
    public int Width; // bits of the vectors
}
