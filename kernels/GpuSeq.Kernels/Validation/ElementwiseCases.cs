using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>Arithmetic of two operands, of which the second may repeat.</summary>
public sealed class BinaryCase : KernelCase
{
    private readonly BinaryOperation _operation;
    private readonly int _period;
    private readonly bool _accumulate;

    /// <summary>An operation on random operands; divisors keep away from 0.</summary>
    public BinaryCase(BinaryOperation operation, int length, int period, bool accumulate)
        : base("binary", Describe(operation, length, period, accumulate))
    {
        (_operation, _period, _accumulate) = (operation, period, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("a", data.Uniform(length));
            Input("b", data.Uniform(period, 0.5f, 1.5f));
            if (accumulate)
                InputOutput("y", data.Uniform(length));
            else
                Output("y", length);
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, views["y"].Length);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["y"].Length < 2 * _period || _period == 0)
            return false;
        Launch(kernels, views, views["y"].Length - _period); // the last turn is left out
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        ElementwiseReference.Binary<T>(_operation, arrays["a"], arrays["b"], arrays["y"], _accumulate);

    private void Launch(KernelLibrary kernels, CaseViews views, long length) => kernels.Elementwise.Binary(
        _operation, views["a"].SubView(0, length), views["b"], views["y"].SubView(0, length), _period, _accumulate);

    internal static string Describe(BinaryOperation operation, int length, int period, bool accumulate) =>
        $"{operation} {length} by {period}{(accumulate ? " accumulate" : "")}";
}

/// <summary>The gradients of arithmetic of two operands.</summary>
public sealed class BinaryBackwardCase : KernelCase
{
    private readonly BinaryOperation _operation;
    private readonly int _period;
    private readonly bool _accumulate;

    /// <summary>Both gradients of an operation.</summary>
    public BinaryBackwardCase(BinaryOperation operation, int length, int period, bool accumulate)
        : base("binary-backward", BinaryCase.Describe(operation, length, period, accumulate))
    {
        (_operation, _period, _accumulate) = (operation, period, accumulate);
        var forward = new BinaryCase(operation, length, period, accumulate: false);
        GradientOf = forward;
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("a", forward.Operands[0].Floats!);
            Input("b", forward.Operands[1].Floats!);
            Input("dy", data.Uniform(length));
            foreach (var (name, size) in new[] { ("da", length), ("db", period) })
            {
                if (accumulate)
                    InputOutput(name, data.Uniform(size));
                else
                    Output(name, size);
            }
        });
        Tolerance = Tolerance.Rounding(length / (double)Math.Max(1, period));
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf { get; }

    // Sums and differences need neither operand.
    /// <inheritdoc/>
    public override double Bytes => _operation is BinaryOperation.Add or BinaryOperation.Subtract
        ? base.Bytes - sizeof(float) * ((double)Operands[0].Length + Operands[1].Length)
        : base.Bytes;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["dy"].Length == 0)
            return false;
        Launch(kernels, views, !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) => ElementwiseReference.BinaryBackward<T>(
        _operation, arrays["a"], arrays["b"], arrays["dy"], arrays["da"], arrays["db"], _accumulate);

    private void Launch(KernelLibrary kernels, CaseViews views, bool accumulate) => kernels.Elementwise.BinaryBackward(
        _operation, views["a"], views["b"], views["dy"], views["da"], views["db"], _period, accumulate, accumulate);
}

/// <summary>What elementwise kernels do with one operand.</summary>
public sealed class UnaryCase : KernelCase
{
    private readonly string _operation;
    private readonly int _inner;
    private readonly bool _accumulate;

    /// <summary>An operation: scale, add, copy, clip, fill or broadcast.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="count">Elements of x.</param>
    /// <param name="length">Elements of y.</param>
    /// <param name="inner">How often an element of x stands before the next comes.</param>
    /// <param name="accumulate">Whether the result is added.</param>
    /// <param name="x">The values, or null for random ones.</param>
    public UnaryCase(string operation, int count, int length, int inner = 1, bool accumulate = false, float[]? x = null)
        : base("unary", $"{operation} {count} to {length} inner {inner}{(accumulate ? " accumulate" : "")}")
    {
        (_operation, _inner, _accumulate) = (operation, inner, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("x", x ?? data.Uniform(count));
            if (accumulate)
                InputOutput("y", data.Uniform(length));
            else
                Output("y", length);
        });
    }

    private const float Number = 0.75f;

    /// <inheritdoc/>
    public override double Bytes => _operation == "fill" ? sizeof(float) * (double)Operands[1].Length : base.Bytes;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Number);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        var x = Operands[0].Floats!;
        if (views["y"].Length == 0 || _operation is "copy" || !x.All(float.IsFinite))
            return false;
        if (_operation is "clip" && x.All(value => Math.Abs(value) <= Number / 2))
            return false;
        Launch(kernels, views, Number / 2);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (x, y, number) = (arrays["x"], arrays["y"], T.CreateChecked(Number));
        if (_operation == "broadcast")
        {
            ElementwiseReference.Broadcast<T>(x, y, _inner, number, _accumulate);
            return;
        }
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = _operation switch
            {
                "scale" => (_accumulate ? y[i] : T.Zero) + number * x[i],
                "add" => x[i] + number,
                "clip" => T.IsNaN(x[i]) ? x[i] : T.Min(T.Max(x[i], -number), number),
                "fill" => number,
                _ => x[i],
            };
        }
    }

    private void Launch(KernelLibrary kernels, CaseViews views, float number)
    {
        var (x, y) = (views["x"], views["y"]);
        switch (_operation)
        {
            case "scale": kernels.Elementwise.Scale(x, number, y, _accumulate); break;
            case "add": kernels.Elementwise.AddScalar(x, number, y); break;
            case "clip": kernels.Elementwise.Clip(x, number, y); break;
            case "fill": kernels.Elementwise.Fill(y, number); break;
            case "broadcast": kernels.Elementwise.Broadcast(x, y, _inner, number, _accumulate); break;
            default: kernels.Elementwise.Copy(x, y); break;
        }
    }
}

/// <summary>The sweep over elementwise arithmetic.</summary>
public static class ElementwiseCases
{
    // Rows and columns; the period is the columns. Edges of vectors and work items, primes, short and long periods.
    private static readonly (int Rows, int Columns)[] Shapes =
    [
        (1, 0), (1, 1), (1, 3), (1, 31), (1, 16_383), (1, 16_384), (1, 16_385), (1, 40_009), (3, 1), (7, 3), (64, 16), (20, 17), (13, 255),
        (5, 256), (9, 257), (257, 127), (20_011, 1), (3, 11_003),
    ];

    private static readonly float[] Special =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, 1e-40f, -1e-40f, 3e38f, -3e38f, 1f, -1f];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var operation in Enum.GetValues<BinaryOperation>())
            {
                foreach (var (rows, columns) in Shapes)
                {
                    yield return new BinaryCase(operation, rows * columns, columns, accumulate: rows % 2 == 0);
                    if (columns > 0)
                        yield return new BinaryBackwardCase(operation, rows * columns, columns, accumulate: rows % 2 == 0);
                }
            }
            foreach (var operation in new[] { "scale", "add", "clip", "copy", "fill" })
            {
                yield return new UnaryCase(operation, Special.Length, Special.Length, x: Special);
                foreach (var length in new[] { 0, 1, 3, 31, 16_384, 16_385, 33_333 })
                    yield return new UnaryCase(operation, length, length);
            }
            yield return new UnaryCase("scale", 1001, 1001, accumulate: true);
            foreach (var (rows, columns) in Shapes.Where(shape => shape.Columns > 0))
            {
                yield return new UnaryCase("broadcast", columns, rows * columns, 1, accumulate: rows % 2 == 0);
                yield return new UnaryCase("broadcast", rows, rows * columns, columns, accumulate: rows % 2 == 1);
                yield return new UnaryCase("broadcast", 1, rows * columns, 1);
            }
        }
    }

    /// <summary>Operands beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            const int Rows = 16_384, Columns = 1024, Length = Rows * Columns;
            yield return new BinaryCase(BinaryOperation.Add, Length, Length, accumulate: false);
            yield return new BinaryCase(BinaryOperation.Add, Length, Columns, accumulate: false);
            yield return new BinaryCase(BinaryOperation.Multiply, Length, Length, accumulate: false);
            yield return new BinaryBackwardCase(BinaryOperation.Add, Length, Columns, accumulate: false);
            yield return new BinaryBackwardCase(BinaryOperation.Multiply, Length, Length, accumulate: false);
            yield return new UnaryCase("copy", Length, Length);
            yield return new UnaryCase("scale", Length, Length);
            yield return new UnaryCase("fill", 1, Length);
            yield return new UnaryCase("broadcast", Columns, Length);
        }
    }
}
