using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Arithmetic over whole tensors, element by element. Results may be the same memory as operands of their length.</summary>
public sealed class Elementwise
{
    private const int ItemLength = 16 * 1024; // about 4 microseconds

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ElementwiseKernels.Arguments> _binary;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ElementwiseKernels.Arguments> _divisor;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ElementwiseKernels.Arguments> _unary;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ElementwiseKernels.Arguments> _broadcast;
    private readonly Action<Index1D, ArrayView<float>, ElementwiseKernels.Arguments> _fill;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, WhereKernels.Arguments> _where;

    internal Elementwise(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _binary = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ElementwiseKernels.Arguments>(
            isRow ? ElementwiseKernels.BinaryPart : ElementwiseKernels.BinaryLane);
        _divisor = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ElementwiseKernels.Arguments>(
            isRow ? ElementwiseKernels.DivisorPart : ElementwiseKernels.DivisorLane);
        _unary = library.LoadKernel<ArrayView<float>, ArrayView<float>, ElementwiseKernels.Arguments>(
            isRow ? ElementwiseKernels.UnaryPart : ElementwiseKernels.UnaryLane);
        _broadcast = library.LoadKernel<ArrayView<float>, ArrayView<float>, ElementwiseKernels.Arguments>(
            isRow ? ElementwiseKernels.BroadcastPart : ElementwiseKernels.BroadcastLane);
        _fill = library.LoadKernel<ArrayView<float>, ElementwiseKernels.Arguments>(
            isRow ? ElementwiseKernels.FillPart : ElementwiseKernels.FillLane);
        _where = library.LoadKernel<ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, WhereKernels.Arguments>(
            isRow ? WhereKernels.WherePart : WhereKernels.WhereLane);
    }

    /// <summary>y[i] (+)= a[i] op b[i % bPeriod].</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="a">[N].</param>
    /// <param name="b">[bPeriod].</param>
    /// <param name="y">[N].</param>
    /// <param name="bPeriod">N: an operand of the same shape; the number of columns: a row for all rows; 1: one number.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void Binary(
        BinaryOperation operation, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, int bPeriod, bool accumulate = false)
    {
        if (y.Length != a.Length)
            throw SizeMismatch.Between($"{operation}", "y", y.Length, "a", a.Length);
        if (a.Length == 0)
            return;
        CheckPeriod(operation, a.Length, b.Length, bPeriod);
        var arguments = Arguments(a.Length, (int)operation, 0f, accumulate);
        arguments.Period = bPeriod;
        _binary(Items(arguments), a, b, y, arguments);
    }

    /// <summary>
    /// The gradients of <see cref="Binary"/>: da (+)= dy d(a op b)/da and db (+)= dy d(a op b)/db, summed over the turns of b.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <param name="a">[N]; read by products and quotients for db only.</param>
    /// <param name="b">[bPeriod]; read by products and quotients.</param>
    /// <param name="dy">[N].</param>
    /// <param name="da">[N], or empty where it is not wanted.</param>
    /// <param name="db">[bPeriod], or empty where it is not wanted.</param>
    /// <param name="bPeriod">As in <see cref="Binary"/>.</param>
    /// <param name="accumulateA">Whether da is added to.</param>
    /// <param name="accumulateB">Whether db is added to.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void BinaryBackward(
        BinaryOperation operation, ArrayView<float> a, ArrayView<float> b, ArrayView<float> dy, ArrayView<float> da, ArrayView<float> db,
        int bPeriod, bool accumulateA, bool accumulateB)
    {
        if (dy.Length == 0)
            return;
        if (db.Length > 0) // first: da may be the same memory as dy
        {
            CheckPeriod(operation, dy.Length, db.Length, bPeriod);
            BackwardRight(operation, a, b, dy, db, bPeriod, accumulateB);
        }
        if (da.Length == 0)
            return;
        if (operation is BinaryOperation.Add or BinaryOperation.Subtract)
            Scale(dy, 1f, da, accumulateA);
        else
            Binary(operation, dy, b, da, bPeriod, accumulateA);
    }

    /// <summary>y (+)= alpha x.</summary>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Scale(ArrayView<float> x, float alpha, ArrayView<float> y, bool accumulate = false) =>
        Unary(alpha == 1f ? UnaryOperation.Copy : UnaryOperation.Scale, x, alpha, y, accumulate);

    /// <summary>y = x + value.</summary>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void AddScalar(ArrayView<float> x, float value, ArrayView<float> y) => Unary(UnaryOperation.AddScalar, x, value, y, false);

    /// <summary>y = x.</summary>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Copy(ArrayView<float> x, ArrayView<float> y) => Unary(UnaryOperation.Copy, x, 1f, y, false);

    /// <summary>y = x, but no further from 0 than the limit. NaN stays NaN.</summary>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or not a number.</exception>
    public void Clip(ArrayView<float> x, float limit, ArrayView<float> y)
    {
        if (!(limit >= 0f))
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "Clip: the limit must not be negative.");
        Unary(UnaryOperation.Clip, x, limit, y, false);
    }

    /// <summary>y = value.</summary>
    public void Fill(ArrayView<float> y, float value)
    {
        if (y.Length == 0)
            return;
        var arguments = Arguments(y.Length, 0, value, false);
        _fill(Items(arguments), y, arguments);
    }

    /// <summary>
    /// y[i] (+)= scale x[i / inner % X]: the gradient of a sum. Inner 1 repeats x as rows, the number of columns as columns,
    /// and a single element of x fills y.
    /// </summary>
    /// <param name="x">[X].</param>
    /// <param name="y">[N], N a multiple of X inner.</param>
    /// <param name="inner">How often each element stands before the next comes.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void Broadcast(ArrayView<float> x, ArrayView<float> y, int inner, float scale = 1f, bool accumulate = false)
    {
        if (y.Length == 0)
            return;
        if (inner < 1 || x.Length == 0 || y.Length % (x.Length * inner) != 0)
            throw SizeMismatch.Of("Broadcast", "y", y.Length, $"a multiple of {x.Length} elements, each {inner} times");
        var arguments = Arguments(y.Length, 0, scale, accumulate);
        arguments.Period = x.IntLength;
        arguments.Inner = inner;
        _broadcast(Items(arguments), x, y, arguments);
    }

    /// <summary>
    /// y (+)= a where the mask is not 0, b elsewhere. An operand without elements stands for a number everywhere: so masks are
    /// filled, and the gradients are da (+)= dy where the mask is not 0 and 0 elsewhere, db the other way round.
    /// </summary>
    /// <param name="mask">[N].</param>
    /// <param name="a">[N], or empty for the number.</param>
    /// <param name="b">[N], or empty for the number.</param>
    /// <param name="y">[N]; may be the same memory as a or b.</param>
    /// <param name="number">What an empty operand stands for.</param>
    /// <param name="accumulate">Whether the result is added to what y holds; otherwise y is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void Where(
        ArrayView<int> mask, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, float number = 0f, bool accumulate = false)
    {
        if (mask.Length != y.Length)
            throw SizeMismatch.Between("Where", "the mask", mask.Length, "y", y.Length);
        if (a.Length != y.Length && a.Length > 0)
            throw SizeMismatch.Between("Where", "a", a.Length, "y", y.Length);
        if (b.Length != y.Length && b.Length > 0)
            throw SizeMismatch.Between("Where", "b", b.Length, "y", y.Length);
        if (y.Length == 0)
            return;
        var arguments = new WhereKernels.Arguments
        {
            Cut = new(_library, y.Length, ItemLength),
            Number = number,
            Write = Writing.Of(_library, y.Length, accumulate),
        };
        _where(_library.FlatItems(arguments.Cut), mask, a, b, y, arguments);
    }

    private void BackwardRight(
        BinaryOperation operation, ArrayView<float> a, ArrayView<float> b, ArrayView<float> dy, ArrayView<float> db,
        int period, bool accumulate)
    {
        var rows = (int)(dy.Length / period);
        var sign = operation == BinaryOperation.Subtract ? -1f : 1f;
        if (operation is BinaryOperation.Add or BinaryOperation.Subtract)
        {
            _library.Reduction.SumRows(dy, db, rows, period, sign, accumulate);
            return;
        }
        if (a.Length != dy.Length)
            throw SizeMismatch.Between($"{operation} backward", "a", a.Length, "dy", dy.Length);
        if (rows == 1)
        {
            Terms(db, accumulate);
            return;
        }
        using var block = _library.Pool.Rent(dy.Length * sizeof(float));
        var terms = block.View<float>(dy.Length);
        Terms(terms, false);
        _library.Reduction.SumRows(terms, db, rows, period, 1f, accumulate);

        void Terms(ArrayView<float> target, bool add)
        {
            if (operation == BinaryOperation.Multiply)
            {
                Binary(BinaryOperation.Multiply, dy, a, target, a.IntLength, add);
                return;
            }
            CheckPeriod(operation, a.Length, b.Length, period);
            var arguments = Arguments(a.Length, 0, 0f, add);
            arguments.Period = period;
            _divisor(Items(arguments), a, b, dy, target, arguments);
        }
    }

    private void Unary(UnaryOperation operation, ArrayView<float> x, float number, ArrayView<float> y, bool accumulate)
    {
        if (x.Length != y.Length)
            throw SizeMismatch.Between($"{operation}", "x", x.Length, "y", y.Length);
        if (x.Length == 0)
            return;
        var arguments = Arguments(x.Length, (int)operation, number, accumulate);
        _unary(Items(arguments), x, y, arguments);
    }

    private int Items(in ElementwiseKernels.Arguments arguments) => _library.FlatItems(arguments.Cut);

    private ElementwiseKernels.Arguments Arguments(long length, int operation, float number, bool accumulate) => new()
    {
        Cut = new(_library, length, ItemLength),
        Operation = operation,
        Inner = 1,
        Number = number,
        Write = Writing.Of(_library, length, accumulate),
    };

    private static void CheckPeriod(BinaryOperation operation, long length, long bLength, int period)
    {
        if (period < 1 || bLength != period || length % period != 0)
            throw SizeMismatch.Of($"{operation}", "b", bLength, $"{period}, and divide the {length} of a");
    }
}
