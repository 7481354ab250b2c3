using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A sum or a mean over an axis.</summary>
public sealed class SumCase : KernelCase
{
    private readonly AxisShape _shape;
    private readonly bool _isMean;
    private readonly float _scale;
    private readonly bool _accumulate;

    /// <summary>A sum over the axis of random elements, or of integers, which are exact.</summary>
    public SumCase(AxisShape shape, bool isMean, bool accumulate, bool integers = false)
        : base("sum", AxisCases.Name(shape, isMean ? "mean" : "", accumulate ? "accumulate" : "", integers ? "integers" : ""))
    {
        (_shape, _isMean, _accumulate) = (shape, isMean, accumulate);
        _scale = isMean ? 1f / shape.Length : integers ? 2f : 0.7f;
        Deferred(() =>
        {
            var data = new CaseData(Name);
            var (length, results) = ((int)shape.Elements, (int)shape.Results);
            Input("x", integers ? data.Integers(length) : data.Uniform(length));
            if (accumulate)
                InputOutput("y", integers ? data.Integers(results) : data.Uniform(results));
            else
                Output("y", results);
        });
        Tolerance = integers ? Tolerance.Exact : Tolerance.Rounding(shape.Length);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.Results == 0 || _shape.Length < 2 || Tolerance.IsExact) // the last of integers may well be 0
            return false;
        Launch(kernels, views, _shape with { Length = _shape.Length - 1 });
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var scale = _isMean ? T.One / T.CreateChecked(_shape.Length) : T.CreateChecked(_scale);
        ReductionReference.Sum<T>(arrays["x"], arrays["y"], _shape, scale, _accumulate);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, AxisShape shape)
    {
        var (x, y) = (views["x"].SubView(0, shape.Elements), views["y"]);
        if (_isMean)
            kernels.Reduction.Mean(x, y, shape, _accumulate);
        else
            kernels.Reduction.Sum(x, y, shape, _scale, _accumulate);
    }
}

/// <summary>The largest elements along an axis, and where they stand.</summary>
public sealed class MaxCase : KernelCase
{
    private readonly AxisShape _shape;

    /// <summary>The maxima of given elements.</summary>
    public MaxCase(string name, AxisShape shape, Func<float[]> values)
        : base("max", AxisCases.Name(shape, name))
    {
        _shape = shape;
        Deferred(() =>
        {
            Input("x", values());
            Output("y", (int)shape.Results);
            OutputIndices("indices", (int)shape.Results);
        });
        Tolerance = Tolerance.Exact;
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.Results == 0)
            return false;
        Launch(kernels, views, _shape with { Outer = _shape.Outer - 1 });
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        for (var r = 0; r < _shape.Results; r++)
        {
            var line = ReductionReference.Line<T>(arrays["x"], _shape, r);
            arrays.Indices("indices")[r] = ReductionReference.ArgMax<T>(line);
            arrays["y"][r] = line[arrays.Indices("indices")[r]];
        }
    }

    private static void Launch(KernelLibrary kernels, CaseViews views, AxisShape shape)
    {
        var x = views["x"].SubView(0, shape.Elements);
        kernels.Reduction.Max(x, views["y"].SubView(0, shape.Results), shape);
        kernels.Reduction.ArgMax(x, views.Indices("indices").SubView(0, shape.Results), shape);
    }
}

/// <summary>A norm of all elements.</summary>
public sealed class NormCase : KernelCase
{
    private readonly Norm _norm;

    /// <summary>The norm of given values.</summary>
    public NormCase(Norm norm, string name, int length, Func<float[]> values)
        : base("norm", $"{norm} {name} {length}")
    {
        _norm = norm;
        Deferred(() =>
        {
            Input("x", values());
            Output("y", 1);
        });
        Tolerance = Tolerance.Rounding(1); // partial sums: the error must not grow with the length
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => kernels.Reduction.GlobalNorm(views["x"], views["y"], _norm);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["x"].Length < 2 || !Operands[0].Floats!.All(float.IsFinite))
            return false;
        kernels.Reduction.GlobalNorm(views["x"], views["y"], _norm == Norm.L1 ? Norm.L2 : Norm.L1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) => arrays["y"][0] = ReductionReference.Norm<T>(_norm, arrays["x"]);
}

/// <summary>A norm of parts of a memory.</summary>
public sealed class PiecesNormCase : KernelCase
{
    private readonly Norm _norm;
    private readonly (int Begin, int Length)[] _parts;

    /// <summary>The norm of random values in given parts.</summary>
    public PiecesNormCase(Norm norm, int length, params (int Begin, int Length)[] parts)
        : base("norm", $"{norm} of parts {length} {string.Join("+", parts.Select(part => part.Length))}")
    {
        (_norm, _parts) = (norm, parts);
        Deferred(() =>
        {
            Input("x", new CaseData(Name).Uniform(length));
            Input("pieces", Reduction.Pieces(parts));
            Output("y", 1);
        });
        Tolerance = Tolerance.Rounding(1);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Reduction.NormOfPieces(views["x"], views.Indices("pieces"), views["y"], _norm);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_parts.Length == 0 || _norm == Norm.Infinity)
            return false;
        kernels.Reduction.NormOfPieces(views["x"], views.Indices("pieces").SubView(2), views["y"], _norm);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var values = _parts.SelectMany(part => arrays["x"].Skip(part.Begin).Take(part.Length)).ToArray();
        arrays["y"][0] = ReductionReference.Norm<T>(_norm, values);
    }
}

/// <summary>The sweep over reductions.</summary>
public static class ReductionCases
{
    // Edges of vectors, panels, blocks and segments; tall, wide, primes, none.
    private static readonly (int Rows, int Columns)[] Shapes =
    [
        (0, 5), (5, 0), (1, 1), (3, 1), (1, 3), (3, 3), (2, 31), (37, 8), (4, 17), (5, 63), (7, 64), (13, 65), (3, 257), (1025, 2),
        (1023, 7), (2049, 33), (67, 1023), (66, 1025), (3, 16_383), (2, 16_384), (3, 16_385), (1, 40_009), (40_009, 1), (2, 50_021),
    ];

    // The axis in the middle, with slices that share a work item and such as need several.
    private static readonly AxisShape[] Middle =
    [
        new(0, 3, 5), new(3, 0, 5), new(3, 5, 0), new(2, 1, 2), new(3, 3, 3), new(5, 7, 31), new(31, 9, 8), new(7, 65, 17), new(2, 33, 257),
        new(3, 2, 1025), new(2, 1031, 2), new(2, 1100, 67), new(61, 12, 64), new(257, 4, 3),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var (rows, columns) in Shapes)
            {
                yield return new SumCase(AxisShape.First(rows, columns), isMean: false, accumulate: rows % 2 == 0);
                yield return new SumCase(AxisShape.First(rows, columns), isMean: false, accumulate: rows % 2 == 1, integers: true);
                if (rows > 1000)
                    continue; // a group for each row takes long on a CPU
                var shape = AxisShape.Last(rows, columns);
                if (rows != 1) // else it is the sum above
                {
                    yield return new SumCase(shape, isMean: false, accumulate: rows % 2 == 1);
                    yield return new SumCase(shape, isMean: false, accumulate: rows % 2 == 0, integers: true);
                }
                yield return new SumCase(shape, isMean: true, accumulate: rows % 3 == 1);
                if (columns == 0)
                    continue;
                yield return RandomMax(shape);
                yield return EqualMax(shape);
            }
            foreach (var shape in Middle)
            {
                yield return new SumCase(shape, isMean: false, accumulate: shape.Outer % 2 == 0);
                yield return new SumCase(shape, isMean: false, accumulate: shape.Outer % 2 == 1, integers: true);
                yield return new SumCase(shape, isMean: true, accumulate: shape.Outer % 2 == 1);
                if (shape.Length == 0)
                    continue;
                yield return RandomMax(shape);
                yield return EqualMax(shape);
            }
            float[] special =
            [
                1f, float.NaN, 2f, float.PositiveInfinity, float.NaN, 0f, 0f, 0f, 0f,
                -0f, 0f, -1f, -0f, -1f, -1f, -1f, -1f, -1f,
                float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity,
                float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity,
                -1e-40f, -1e-41f, 1e-41f, 1e-40f, 1e-40f, 0f, 0f, 0f, 0f,
            ];
            yield return new MaxCase("special", AxisShape.Last(4, 9), () => special);
            yield return new MaxCase("special", AxisShape.First(4, 9), () => special);
            foreach (var norm in Enum.GetValues<Norm>())
            {
                foreach (var length in new[] { 0, 1, 3, 31, 16_383, 16_384, 16_385, 100_003 })
                    yield return new NormCase(norm, "random", length, () => new CaseData($"{norm} {length}").Uniform(length));
                yield return new NormCase(norm, "far", 50_000, () => new CaseData($"{norm} far").Uniform(50_000, 100f, 101f));
                yield return new NormCase(norm, "infinite", 3, () => [1f, float.NegativeInfinity, 2f]);
                yield return new NormCase(norm, "undefined", 3, () => [1f, float.NaN, 2f]);
                yield return new PiecesNormCase(norm, 7);
                yield return new PiecesNormCase(norm, 100, (3, 1), (11, 31), (42, 0), (80, 20));
                yield return new PiecesNormCase(norm, 60_000, (0, 40_009), (41_000, 16_384), (57_999, 3));
            }
        }
    }

    /// <summary>Operands beyond the caches; and over time in a transformer's activations.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new SumCase(AxisShape.First(16_384, 1024), isMean: false, accumulate: false);
            yield return new SumCase(AxisShape.Last(16_384, 1024), isMean: false, accumulate: false);
            yield return new SumCase(new(32, 128, 768), isMean: true, accumulate: false);
            yield return RandomMax(AxisShape.Last(16_384, 1024));
            yield return RandomMax(new(32, 128, 768));
            yield return new NormCase(Norm.L2, "random", 1 << 24, () => new CaseData("norm").Uniform(1 << 24));
        }
    }

    internal static MaxCase RandomMax(AxisShape shape) =>
        new("random", shape, () => new CaseData($"max {shape}").Uniform((int)shape.Elements, -2f, -1f));

    private static MaxCase EqualMax(AxisShape shape) =>
        new("equal", shape, () => new CaseData($"equal max {shape}").Integers((int)shape.Elements, 2));
}
