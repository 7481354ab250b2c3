using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Sums, means and maxima over any axis of a tensor, where the maxima stand, and norms of many tensors. Every sum has an order
/// that only its shape decides.
/// </summary>
public sealed partial class Reduction
{
    private const int ItemElements = 16 * 1024; // about 3 microseconds

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ReductionRows.Arguments>? _rowsPart;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<int>, ReductionRows.Arguments>?[] _rowsGroups =
        new Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<int>, ReductionRows.Arguments>?[5];
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ReductionColumns.Arguments>? _columnsPart;
    private Action<KernelConfig, ArrayView<float>, ArrayView<float>, ReductionColumns.Arguments>? _columnsSum;
    private Action<KernelConfig, ArrayView<float>, ArrayView<float>, ReductionColumns.Arguments>? _columnsMax;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ReductionArgMax.Arguments>? _argMaxPart;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<int>, ReductionArgMax.Arguments>? _argMaxGroup;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ReductionArgMax.Arguments>? _argMaxLane;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ReductionGradients.Arguments> _spread;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, ReductionGradients.Arguments> _scatter;

    internal Reduction(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        if (library.Shape == KernelShape.Row)
        {
            _rowsPart = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<int>,
                ReductionRows.Arguments>(ReductionRows.Part);
            _columnsPart = library.LoadKernel<ArrayView<float>, ArrayView<float>,
                ReductionColumns.Arguments>(ReductionColumns.Part);
            _argMaxPart = library.LoadKernel<ArrayView<float>, ArrayView<int>,
                ReductionArgMax.Arguments>(ReductionArgMax.Part);
        }
        else
        {
            _argMaxGroup = library.LoadGroupKernel<ArrayView<float>, ArrayView<int>, ReductionArgMax.Arguments>(
                ReductionArgMax.Group);
            _argMaxLane = library.LoadKernel<ArrayView<float>, ArrayView<int>, ReductionArgMax.Arguments>(
                ReductionArgMax.Lane);
        }
        var isRow = library.Shape == KernelShape.Row;
        _spread = library.LoadKernel<ArrayView<float>, ArrayView<float>, ReductionGradients.Arguments>(
            isRow ? ReductionGradients.SpreadPart : ReductionGradients.SpreadLane);
        _scatter = library.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>, ReductionGradients.Arguments>(
            isRow ? ReductionGradients.ScatterPart : ReductionGradients.ScatterLane);
    }

    /// <summary>y (+)= scale times the sum over an axis.</summary>
    /// <param name="x">[outer, length, inner].</param>
    /// <param name="y">[outer, inner].</param>
    /// <param name="shape">The axis.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void Sum(ArrayView<float> x, ArrayView<float> y, AxisShape shape, float scale = 1f, bool accumulate = false)
    {
        Check("Sum", x.Length, y.Length, shape);
        Reduce(ReductionOperation.Sum, x, y, shape, new() { Scale = scale, Accumulate = accumulate ? 1 : 0 });
    }

    /// <summary>y (+)= the mean over an axis; NaN where the axis is empty.</summary>
    /// <inheritdoc cref="Sum(ArrayView{float}, ArrayView{float}, AxisShape, float, bool)" path="/param|/exception"/>
    public void Mean(ArrayView<float> x, ArrayView<float> y, AxisShape shape, bool accumulate = false)
    {
        Check("Mean", x.Length, y.Length, shape);
        Reduce(ReductionOperation.Sum, x, y, shape, new() { Scale = 1f / shape.Length, Accumulate = accumulate ? 1 : 0 });
    }

    /// <summary>y = the largest element along an axis; NaN where there is one.</summary>
    /// <param name="x">[outer, length, inner], with a length of at least 1.</param>
    /// <param name="y">[outer, inner].</param>
    /// <param name="shape">The axis.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other, or the axis is empty.</exception>
    public void Max(ArrayView<float> x, ArrayView<float> y, AxisShape shape)
    {
        Check("Max", x.Length, y.Length, shape);
        CheckNotEmpty("Max", shape);
        Reduce(ReductionOperation.Max, x, y, shape, ReductionFinish.None);
    }

    /// <summary>indices = where the largest element along an axis stands: the first of several; NaN counts as the largest.</summary>
    /// <param name="x">[outer, length, inner], with a length of at least 1.</param>
    /// <param name="indices">[outer, inner], each from 0 to the length, exclusively.</param>
    /// <param name="shape">The axis.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other, or the axis is empty.</exception>
    public void ArgMax(ArrayView<float> x, ArrayView<int> indices, AxisShape shape)
    {
        Check("ArgMax", x.Length, indices.Length, shape);
        CheckNotEmpty("ArgMax", shape);
        if (shape.Results == 0)
            return;
        var (outer, length, inner) = shape;
        var arguments = new ReductionArgMax.Arguments { Rows = outer, Columns = length, Inner = inner, Width = (int)_library.Width };
        if (_argMaxPart is not null)
        {
            arguments.RowsPerItem = (int)Math.Max(1, ItemElements / ((long)length * inner));
            _argMaxPart(RowItems.Blocks(outer, arguments.RowsPerItem), x, indices, arguments);
        }
        else if (inner == 1)
        {
            _argMaxGroup!(new KernelConfig(outer, ReductionArgMax.Lanes), x, indices, arguments);
        }
        else
        {
            _argMaxLane!(checked((int)shape.Results), x, indices, arguments);
        }
    }

    /// <summary>y (+)= scale times the sum of all elements.</summary>
    /// <param name="x">[N].</param>
    /// <param name="y">[1].</param>
    /// <param name="scale">A factor; 1 / N makes it a mean.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void Sum(ArrayView<float> x, ArrayView<float> y, float scale = 1f, bool accumulate = false) =>
        Sum(x, y, AxisShape.Last(1, x.IntLength), scale, accumulate);

    /// <summary>y[c] (+)= scale times the sum of column c: the gradient of a bias.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[columns].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void SumRows(ArrayView<float> x, ArrayView<float> y, int rows, int columns, float scale = 1f, bool accumulate = false) =>
        Sum(x, y, AxisShape.First(rows, columns), scale, accumulate);

    /// <summary>
    /// y = the norm of all elements, in partial sums of 16,384 whose errors do not grow with the length. A sum of squares beyond
    /// float32, from elements near 1e19, is infinite, as in PyTorch.
    /// </summary>
    /// <param name="x">[N].</param>
    /// <param name="y">[1].</param>
    /// <param name="norm">Which norm.</param>
    /// <exception cref="ArgumentException">y has not one element.</exception>
    public void GlobalNorm(ArrayView<float> x, ArrayView<float> y, Norm norm = Norm.L2)
    {
        Check("GlobalNorm", x.Length, y.Length, AxisShape.Last(1, x.IntLength));
        Rows(OperationOf(norm), x, y, 1, x.IntLength, FinishOf(norm));
    }

    /// <summary>y = the norm over parts of a memory, such as the parameters that are trained: all parts in one launch.</summary>
    /// <param name="x">[N].</param>
    /// <param name="pieces">[n, 2]: beginnings and lengths, by <see cref="Pieces"/>.</param>
    /// <param name="y">[1].</param>
    /// <param name="norm">Which norm.</param>
    /// <exception cref="ArgumentException">y has not one element, or the pieces are no pairs.</exception>
    public void NormOfPieces(ArrayView<float> x, ArrayView<int> pieces, ArrayView<float> y, Norm norm = Norm.L2)
    {
        if (y.Length != 1 || pieces.Length % 2 != 0)
            throw new ArgumentException($"NormOfPieces: {pieces.Length} numbers are no pairs, or {y.Length} results are not one.");
        var count = pieces.IntLength / 2;
        if (count == 0)
        {
            Rows(OperationOf(norm), default, y, 1, 0, FinishOf(norm));
            return;
        }
        using var block = _library.Pool.Rent(count * sizeof(float));
        var totals = block.View<float>(count);
        var arguments = RowArguments(OperationOf(norm), count, ReductionRows.SegmentLength);
        LaunchRows(x, totals, pieces, arguments);
        Rows(Join(OperationOf(norm)), totals, y, 1, count, FinishOf(norm));
    }

    /// <summary>Cuts parts of a memory into pieces for <see cref="NormOfPieces"/>.</summary>
    /// <param name="parts">Where each part begins, and its length.</param>
    /// <returns>[n, 2]: beginnings and lengths of pieces of at most 16,384 elements.</returns>
    public static int[] Pieces(IEnumerable<(int Begin, int Length)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var pieces = new List<int>();
        foreach (var (begin, length) in parts)
        {
            for (var i = 0; i < length; i += ReductionRows.SegmentLength)
                pieces.AddRange([begin + i, Math.Min(ReductionRows.SegmentLength, length - i)]);
        }
        return [.. pieces];
    }

    /// <summary>How many sums <see cref="SumsOfSquares"/> has.</summary>
    internal static int SumCount(ArrayView<float> x, ArrayView<int> pieces) =>
        pieces.Length > 0 ? pieces.IntLength / 2 : Math.Max(1, RowItems.Blocks(x.IntLength, ReductionRows.SegmentLength));

    /// <summary>The sums of squares of segments of x [N], or of pieces of it; their sum is the square of the norm.</summary>
    internal void SumsOfSquares(ArrayView<float> x, ArrayView<int> pieces, ArrayView<float> sums)
    {
        var (rows, columns) = pieces.Length > 0 ? (sums.IntLength, ReductionRows.SegmentLength) : (1, x.IntLength);
        LaunchRows(x, sums, pieces, RowArguments(ReductionOperation.SumOfSquares, rows, columns));
    }

    private static ReductionOperation OperationOf(Norm norm) => norm switch
    {
        Norm.L1 => ReductionOperation.SumOfMagnitudes,
        Norm.Infinity => ReductionOperation.MaxMagnitude,
        _ => ReductionOperation.SumOfSquares,
    };

    private static ReductionFinish FinishOf(Norm norm) => new() { Scale = 1f, TakesRoot = norm == Norm.L2 ? 1 : 0 };

    // How totals of segments are joined.
    private static ReductionOperation Join(ReductionOperation operation) =>
        operation is ReductionOperation.Max or ReductionOperation.MaxMagnitude ? operation : ReductionOperation.Sum;

    private void Reduce(ReductionOperation operation, ArrayView<float> x, ArrayView<float> y, AxisShape shape, ReductionFinish finish)
    {
        if (shape.Inner == 1)
            Rows(operation, x, y, shape.Outer, shape.Length, finish);
        else if (shape.Results > 0)
            Columns(operation, x, y, shape, finish);
    }

    private void Rows(
        ReductionOperation operation, ArrayView<float> x, ArrayView<float> y, int rows, int columns, ReductionFinish finish)
    {
        if (rows == 0)
            return;
        var arguments = RowArguments(operation, rows, columns);
        arguments.Finish = finish;
        if (arguments.Segments == 1)
        {
            LaunchRows(x, y, default, arguments);
            return;
        }
        using var block = _library.Pool.Rent((long)arguments.Units * sizeof(float));
        var totals = block.View<float>(arguments.Units);
        arguments.Finish = ReductionFinish.None;
        LaunchRows(x, totals, default, arguments);
        Rows(Join(operation), totals, y, rows, arguments.Segments, finish);
    }

    private ReductionRows.Arguments RowArguments(ReductionOperation operation, int rows, int columns) => new()
    {
        Rows = rows,
        Columns = columns,
        Segments = Math.Max(1, RowItems.Blocks(columns, ReductionRows.SegmentLength)),
        Operation = (int)operation,
        Width = (int)_library.Width,
        Finish = ReductionFinish.None,
    };

    private void LaunchRows(ArrayView<float> x, ArrayView<float> y, ArrayView<int> pieces, ReductionRows.Arguments arguments)
    {
        var length = Math.Clamp(arguments.Columns, 1, ReductionRows.SegmentLength);
        if (_rowsPart is not null)
        {
            arguments.SegmentsPerItem = Math.Max(1, ItemElements / length);
            _rowsPart((arguments.Units + arguments.SegmentsPerItem - 1) / arguments.SegmentsPerItem, x, y, pieces, arguments);
        }
        else
        {
            var lanes = length <= 128 ? 32 : length <= 2048 ? 64 : ReductionRows.MaxLanes;
            var kernel = _rowsGroups[arguments.Operation] ??= RowsGroup((ReductionOperation)arguments.Operation);
            kernel(new KernelConfig(arguments.Units, lanes), x, y, pieces, arguments);
        }
    }

    private void Columns(ReductionOperation operation, ArrayView<float> x, ArrayView<float> y, AxisShape shape, ReductionFinish finish)
    {
        var arguments = new ReductionColumns.Arguments(_library, operation, shape);
        if (arguments.Blocks == 1)
        {
            arguments.Finish = finish;
            LaunchColumns(x, y, arguments);
            return;
        }
        var length = arguments.Blocks * shape.Results;
        using var block = _library.Pool.Rent(length * sizeof(float));
        var totals = block.View<float>(length);
        LaunchColumns(x, totals, arguments);
        Columns(operation, totals, y, shape with { Length = arguments.Blocks }, finish);
    }

    private void LaunchColumns(ArrayView<float> x, ArrayView<float> y, ReductionColumns.Arguments arguments)
    {
        if (_columnsPart is not null)
        {
            _columnsPart(arguments.Items, x, y, arguments);
            return;
        }
        var across = RowItems.Blocks(arguments.Columns, ReductionColumns.GroupColumns);
        var group = new Index2D(ReductionColumns.GroupColumns, ReductionColumns.GroupStripes(arguments.Rows));
        var grid = new Index2D(checked(across * arguments.Blocks * arguments.Outer), 1);
        var kernel = arguments.Operation == (int)ReductionOperation.Max
            ? _columnsMax ??= _library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, ReductionColumns.Arguments>(
                ReductionColumns.Group<MaxOf>)
            : _columnsSum ??= _library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, ReductionColumns.Arguments>(
                ReductionColumns.Group<SumOf<PlainTerm>>);
        kernel(new KernelConfig(grid, group), x, y, arguments);
    }

    // One kernel for each operation: a group that chose between them would have barriers on ways that it does not go.
    private Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<int>, ReductionRows.Arguments> RowsGroup(
        ReductionOperation operation)
    {
        Action<ArrayView<float>, ArrayView<float>, ArrayView<int>, ReductionRows.Arguments> kernel = operation switch
        {
            ReductionOperation.Sum => ReductionRows.Group<SumOf<PlainTerm>>,
            ReductionOperation.SumOfSquares => ReductionRows.Group<SumOf<SquareTerm>>,
            ReductionOperation.SumOfMagnitudes => ReductionRows.Group<SumOf<MagnitudeTerm>>,
            ReductionOperation.Max => ReductionRows.Group<MaxOf>,
            _ => ReductionRows.Group<MaxMagnitudeOf>,
        };
        return _library.LoadGroupKernel(kernel);
    }

    private static void Check(string operation, long length, long resultLength, AxisShape shape)
    {
        if (shape.Outer < 0 || shape.Length < 0 || shape.Inner < 0 || length != shape.Elements)
            throw SizeMismatch.Of(operation, "x", length, $"{shape}");
        if (resultLength != shape.Results)
            throw SizeMismatch.Of(operation, "the result", resultLength, $"[{shape.Outer}, {shape.Inner}]");
    }

    private static void CheckNotEmpty(string operation, AxisShape shape)
    {
        if (shape.Results > 0 && shape.Length == 0)
            throw new ArgumentException($"{operation}: an empty axis of {shape} has no largest element.");
    }
}
