using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Softmax over rows, y = e^(x - m) / sum of e^(x - m) with m the largest of the row, or its logarithm, x - m - log of that
/// sum; and the gradients, dx = y (dy - sum of dy y) and dx = dy - e^y sum of dy. All operands are [rows, columns].
/// </summary>
/// <remarks>
/// Elements of -infinity have share 0. A row of nothing else is masked out: its softmax is 0 everywhere, its logarithm
/// -infinity. A row with NaN or +infinity is NaN. The result may take the place of an operand.
/// </remarks>
public sealed class Softmax
{
    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, SoftmaxArguments>? _forwardRows;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, SoftmaxArguments>? _backwardRows;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, SoftmaxArguments>? _forward;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, SoftmaxArguments>? _backward;

    internal Softmax(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        if (library.Shape == KernelShape.Row)
        {
            _forwardRows = library.LoadKernel<ArrayView<float>, ArrayView<float>,
                SoftmaxArguments>(SoftmaxRows.Forward);
            _backwardRows = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>,
                SoftmaxArguments>(SoftmaxRows.Backward);
        }
        else
        {
            _forward = library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, SoftmaxArguments>(SoftmaxGroups.Forward);
            _backward = library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>,
                SoftmaxArguments>(SoftmaxGroups.Backward);
        }
    }

    /// <summary>Computes softmax or its logarithm.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[rows, columns].</param>
    /// <param name="log">Whether the logarithm is wanted.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Forward(int rows, int columns, ArrayView<float> x, ArrayView<float> y, bool log = false)
    {
        Check(rows, columns, nameof(x), x.Length);
        Check(rows, columns, nameof(y), y.Length);
        if (y.Length == 0)
            return;
        var arguments = Arguments(rows, columns, log, accumulate: false);
        if (_forwardRows is not null)
            _forwardRows(RowItems.Blocks(rows, arguments.RowsPerItem), x, y, arguments);
        else
            _forward!((rows, GroupReduce.Lanes), x, y, arguments);
    }

    /// <summary>Computes the gradient.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="y">[rows, columns]: the result of the forward pass.</param>
    /// <param name="dy">[rows, columns].</param>
    /// <param name="dx">[rows, columns].</param>
    /// <param name="log">Whether y is the logarithm.</param>
    /// <param name="accumulate">Whether to add to what dx holds.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Backward(
        int rows, int columns, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, bool log, bool accumulate)
    {
        Check(rows, columns, nameof(y), y.Length);
        Check(rows, columns, nameof(dy), dy.Length);
        Check(rows, columns, nameof(dx), dx.Length);
        if (dx.Length == 0)
            return;
        var arguments = Arguments(rows, columns, log, accumulate);
        if (_backwardRows is not null)
            _backwardRows(RowItems.Blocks(rows, arguments.RowsPerItem), y, dy, dx, arguments);
        else
            _backward!((rows, GroupReduce.Lanes), y, dy, dx, arguments);
    }

    private SoftmaxArguments Arguments(int rows, int columns, bool log, bool accumulate) => new()
    {
        Rows = rows,
        Columns = columns,
        Log = log ? 1 : 0,
        Write = Writing.Of(_library, (long)rows * columns, accumulate),
        Width = (int)_library.Width,
        RowsPerItem = RowItems.RowsPerItem(rows, columns),
    };

    private static void Check(int rows, int columns, string name, long length)
    {
        if (rows < 0 || columns < 0 || length != (long)rows * columns)
            throw new ArgumentException($"Softmax [{rows}, {columns}]: {name} has {length} elements.", name);
    }
}

/// <summary>Sizes and options of a softmax.</summary>
internal struct SoftmaxArguments
{
    public int Rows;
    public int Columns;
    public int Log;
    public int Write; // as Writing says
    public int Width; // bits of the vectors
    public int RowsPerItem;
}
