using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>Sums, means, maxima and norms. Every sum has an order that only its shape decides.</summary>
public sealed class Reduction
{
    private const int ItemElements = 16 * 1024; // about 3 microseconds

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ReductionRows.Arguments>? _rowsPart;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ReductionRows.Arguments>? _rowsGroup;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ReductionColumns.Arguments>? _columnsPart;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ReductionColumns.Arguments>? _columnsGroup;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ReductionArgMax.Arguments>? _argMaxPart;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<int>, ReductionArgMax.Arguments>? _argMaxGroup;

    internal Reduction(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        if (library.Shape == KernelShape.Row)
        {
            _rowsPart = accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>,
                ReductionRows.Arguments>(ReductionRows.Part, 1);
            _columnsPart = accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>,
                ReductionColumns.Arguments>(ReductionColumns.Part, 1);
            _argMaxPart = accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<int>,
                ReductionArgMax.Arguments>(ReductionArgMax.Part, 1);
        }
        else
        {
            _rowsGroup = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ReductionRows.Arguments>(ReductionRows.Group);
            _columnsGroup = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ReductionColumns.Arguments>(
                ReductionColumns.Group);
            _argMaxGroup = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<int>, ReductionArgMax.Arguments>(
                ReductionArgMax.Group);
        }
    }

    /// <summary>y (+)= scale times the sum of all elements.</summary>
    /// <param name="x">[N].</param>
    /// <param name="y">[1].</param>
    /// <param name="scale">A factor; 1 / N makes it a mean.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void Sum(ArrayView<float> x, ArrayView<float> y, float scale = 1f, bool accumulate = false) =>
        SumColumns(x, y, 1, x.IntLength, scale, accumulate);

    /// <summary>y[r] (+)= scale times the sum of row r.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[rows].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void SumColumns(ArrayView<float> x, ArrayView<float> y, int rows, int columns, float scale = 1f, bool accumulate = false)
    {
        Check("SumColumns", x.Length, y.Length, rows, columns, rows);
        Rows(ReductionOperation.Sum, x, y, rows, columns, new() { Scale = scale, Accumulate = accumulate ? 1 : 0 });
    }

    /// <summary>y[r] (+)= the mean of row r; NaN for empty rows.</summary>
    /// <inheritdoc cref="SumColumns" path="/param|/exception"/>
    public void Mean(ArrayView<float> x, ArrayView<float> y, int rows, int columns, bool accumulate = false)
    {
        Check("Mean", x.Length, y.Length, rows, columns, rows);
        Rows(ReductionOperation.Sum, x, y, rows, columns, new() { Scale = 1f / columns, Accumulate = accumulate ? 1 : 0 });
    }

    /// <summary>y[c] (+)= scale times the sum of column c: the gradient of a bias.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[columns].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The length of a row.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void SumRows(ArrayView<float> x, ArrayView<float> y, int rows, int columns, float scale = 1f, bool accumulate = false)
    {
        Check("SumRows", x.Length, y.Length, rows, columns, columns);
        var finish = new ReductionFinish { Scale = scale, Accumulate = accumulate ? 1 : 0 };
        if (columns == 1)
            Rows(ReductionOperation.Sum, x, y, 1, rows, finish);
        else if (columns > 0)
            Columns(x, y, rows, columns, finish);
    }

    /// <summary>y[r] = the largest element of row r; NaN where there is one.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[rows].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The length of a row, at least 1.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other, or rows are empty.</exception>
    public void Max(ArrayView<float> x, ArrayView<float> y, int rows, int columns)
    {
        Check("Max", x.Length, y.Length, rows, columns, rows);
        CheckNotEmpty("Max", rows, columns);
        Rows(ReductionOperation.Max, x, y, rows, columns, ReductionFinish.None);
    }

    /// <summary>indices[r] = where the largest element of row r stands: the first of several; NaN counts as the largest.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="indices">[rows].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The length of a row, at least 1.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other, or rows are empty.</exception>
    public void ArgMax(ArrayView<float> x, ArrayView<int> indices, int rows, int columns)
    {
        Check("ArgMax", x.Length, indices.Length, rows, columns, rows);
        CheckNotEmpty("ArgMax", rows, columns);
        if (rows == 0)
            return;
        var arguments = new ReductionArgMax.Arguments { Rows = rows, Columns = columns, Width = (int)_library.Width };
        if (_argMaxPart is not null)
        {
            arguments.RowsPerItem = Math.Max(1, ItemElements / columns);
            _argMaxPart((rows + arguments.RowsPerItem - 1) / arguments.RowsPerItem, x, indices, arguments);
        }
        else
        {
            _argMaxGroup!(new KernelConfig(rows, ReductionArgMax.Lanes), x, indices, arguments);
        }
    }

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
        Check("GlobalNorm", x.Length, y.Length, 1, x.IntLength, 1);
        var operation = norm switch
        {
            Norm.L1 => ReductionOperation.SumOfMagnitudes,
            Norm.Infinity => ReductionOperation.MaxMagnitude,
            _ => ReductionOperation.SumOfSquares,
        };
        Rows(operation, x, y, 1, x.IntLength, new() { Scale = 1f, TakesRoot = norm == Norm.L2 ? 1 : 0 });
    }

    private void Rows(
        ReductionOperation operation, ArrayView<float> x, ArrayView<float> y, int rows, int columns, ReductionFinish finish)
    {
        if (rows == 0)
            return;
        var arguments = new ReductionRows.Arguments
        {
            Rows = rows,
            Columns = columns,
            Segments = Math.Max(1, (int)(((long)columns + ReductionRows.SegmentLength - 1) / ReductionRows.SegmentLength)),
            Operation = (int)operation,
            Width = (int)_library.Width,
            Finish = finish,
        };
        if (arguments.Segments == 1)
        {
            LaunchRows(x, y, arguments);
            return;
        }
        using var block = _library.Pool.Rent((long)arguments.Units * sizeof(float));
        var totals = block.View<float>(arguments.Units);
        arguments.Finish = ReductionFinish.None;
        LaunchRows(x, totals, arguments);
        var join = operation is ReductionOperation.Max or ReductionOperation.MaxMagnitude ? operation : ReductionOperation.Sum;
        Rows(join, totals, y, rows, arguments.Segments, finish);
    }

    private void LaunchRows(ArrayView<float> x, ArrayView<float> y, ReductionRows.Arguments arguments)
    {
        var length = Math.Clamp(arguments.Columns, 1, ReductionRows.SegmentLength);
        if (_rowsPart is not null)
        {
            arguments.SegmentsPerItem = Math.Max(1, ItemElements / length);
            _rowsPart((arguments.Units + arguments.SegmentsPerItem - 1) / arguments.SegmentsPerItem, x, y, arguments);
        }
        else
        {
            var lanes = length <= 128 ? 32 : length <= 2048 ? 64 : ReductionRows.MaxLanes;
            _rowsGroup!(new KernelConfig(arguments.Units, lanes), x, y, arguments);
        }
    }

    private void Columns(ArrayView<float> x, ArrayView<float> y, int rows, int columns, ReductionFinish finish)
    {
        var arguments = new ReductionColumns.Arguments(_library, rows, columns);
        if (arguments.Blocks == 1)
        {
            arguments.Finish = finish;
            LaunchColumns(x, y, arguments);
            return;
        }
        var length = (long)arguments.Blocks * columns;
        using var block = _library.Pool.Rent(length * sizeof(float));
        var sums = block.View<float>(length);
        LaunchColumns(x, sums, arguments);
        Columns(sums, y, arguments.Blocks, columns, finish);
    }

    private void LaunchColumns(ArrayView<float> x, ArrayView<float> y, ReductionColumns.Arguments arguments)
    {
        if (_columnsPart is not null)
        {
            _columnsPart(arguments.Blocks * arguments.ItemsPerBlock, x, y, arguments);
            return;
        }
        var across = (arguments.Columns + ReductionColumns.GroupColumns - 1) / ReductionColumns.GroupColumns;
        var group = new Index2D(ReductionColumns.GroupColumns, ReductionColumns.GroupStripes(arguments.Rows));
        _columnsGroup!(new KernelConfig(new Index2D(across, arguments.Blocks), group), x, y, arguments);
    }

    private static void Check(string operation, long length, long resultLength, int rows, int columns, int results)
    {
        if (rows < 0 || columns < 0 || length != (long)rows * columns)
            throw SizeMismatch.Of(operation, "x", length, $"[{rows}, {columns}]");
        if (resultLength != results)
            throw SizeMismatch.Of(operation, "the result", resultLength, $"[{results}]");
    }

    private static void CheckNotEmpty(string operation, int rows, int columns)
    {
        if (rows > 0 && columns == 0)
            throw new ArgumentException($"{operation}: rows of shape [{rows}, 0] have no largest element.");
    }
}
