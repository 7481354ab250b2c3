using System.Globalization;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A sum over the first or the last axis, or a mean over the last.</summary>
public sealed class SumCase : KernelCase
{
    private readonly string _kind;
    private readonly int _rows;
    private readonly int _columns;
    private readonly float _scale;
    private readonly bool _accumulate;

    /// <summary>A reduction named rows, columns or mean.</summary>
    public SumCase(string kind, int rows, int columns, bool accumulate, bool integers = false)
        : base("sum", $"{kind} {rows}x{columns}{(accumulate ? " accumulate" : "")}{(integers ? " integers" : "")}")
    {
        (_kind, _rows, _columns, _accumulate) = (kind, rows, columns, accumulate);
        _scale = kind == "mean" ? 1f / columns : integers ? 2f : 0.7f;
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("x", integers ? data.Integers(rows * columns) : data.Uniform(rows * columns));
            var length = kind == "rows" ? columns : rows;
            if (accumulate)
                InputOutput("y", integers ? data.Integers(length) : data.Uniform(length));
            else
                Output("y", length);
        });
        Tolerance = integers ? Tolerance.Exact : Tolerance.Rounding(kind == "rows" ? rows : columns);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _rows, _columns);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_rows < 2 || _columns == 0 || _kind != "rows" || Tolerance.IsExact) // the last of integers may well be 0
            return false;
        Launch(kernels, views, _rows - 1, _columns);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var scale = _kind == "mean" ? T.One / T.CreateChecked(_columns) : T.CreateChecked(_scale);
        if (_kind == "rows")
            ReductionReference.SumRows<T>(arrays["x"], arrays["y"], _rows, _columns, scale, _accumulate);
        else
            ReductionReference.SumColumns<T>(arrays["x"], arrays["y"], _rows, _columns, scale, _accumulate);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, int rows, int columns)
    {
        var (x, y) = (views["x"].SubView(0, (long)rows * columns), views["y"]);
        switch (_kind)
        {
            case "rows": kernels.Reduction.SumRows(x, y, rows, columns, _scale, _accumulate); break;
            case "mean": kernels.Reduction.Mean(x, y, rows, columns, _accumulate); break;
            default: kernels.Reduction.SumColumns(x, y, rows, columns, _scale, _accumulate); break;
        }
    }
}

/// <summary>The largest elements of rows, and where they stand.</summary>
public sealed class MaxCase : KernelCase
{
    private readonly int _rows;
    private readonly int _columns;

    /// <summary>The maxima of given rows.</summary>
    public MaxCase(string name, int rows, int columns, Func<float[]> values)
        : base("max", string.Create(CultureInfo.InvariantCulture, $"{name} {rows}x{columns}"))
    {
        (_rows, _columns) = (rows, columns);
        Deferred(() =>
        {
            Input("x", values());
            Output("y", rows);
            OutputIndices("indices", rows);
        });
        Tolerance = Tolerance.Exact;
    }

    // The values and their places are two kernels, and both read x.
    /// <inheritdoc/>
    public override double Bytes => base.Bytes + sizeof(float) * (double)Operands[0].Length;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _rows);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_rows == 0)
            return false;
        Launch(kernels, views, _rows - 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        for (var r = 0; r < _rows; r++)
        {
            var row = arrays["x"].AsSpan(r * _columns, _columns);
            arrays.Indices("indices")[r] = ReductionReference.ArgMax<T>(row);
            arrays["y"][r] = row[arrays.Indices("indices")[r]];
        }
    }

    private void Launch(KernelLibrary kernels, CaseViews views, int rows)
    {
        var x = views["x"].SubView(0, (long)rows * _columns);
        kernels.Reduction.Max(x, views["y"].SubView(0, rows), rows, _columns);
        kernels.Reduction.ArgMax(x, views.Indices("indices").SubView(0, rows), rows, _columns);
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

/// <summary>The sweep over reductions.</summary>
public static class ReductionCases
{
    // Edges of vectors, panels, blocks and segments; tall, wide, primes, none.
    private static readonly (int Rows, int Columns)[] Shapes =
    [
        (0, 5), (5, 0), (1, 1), (3, 1), (1, 3), (3, 3), (2, 31), (37, 8), (4, 17), (5, 63), (7, 64), (13, 65), (3, 257), (1025, 2),
        (1023, 7), (2049, 33), (67, 1023), (66, 1025), (3, 16_383), (2, 16_384), (3, 16_385), (1, 40_009), (40_009, 1), (2, 50_021),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var (rows, columns) in Shapes)
            {
                yield return new SumCase("rows", rows, columns, accumulate: rows % 2 == 0);
                yield return new SumCase("rows", rows, columns, accumulate: rows % 2 == 1, integers: true);
                if (rows > 1000)
                    continue; // a group for each row takes long on a CPU
                yield return new SumCase("columns", rows, columns, accumulate: rows % 2 == 1);
                yield return new SumCase("columns", rows, columns, accumulate: rows % 2 == 0, integers: true);
                yield return new SumCase("mean", rows, columns, accumulate: rows % 3 == 1);
                if (columns == 0)
                    continue;
                yield return Max("random", rows, columns, data => data.Uniform(rows * columns, -2f, -1f));
                yield return Max("equal", rows, columns, data => data.Integers(rows * columns, 2));
            }
            yield return new MaxCase("special", 4, 9, () =>
            [
                1f, float.NaN, 2f, float.PositiveInfinity, float.NaN, 0f, 0f, 0f, 0f,
                -0f, 0f, -1f, -0f, -1f, -1f, -1f, -1f, -1f,
                float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity,
                float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity,
                -1e-40f, -1e-41f, 1e-41f, 1e-40f, 1e-40f, 0f, 0f, 0f, 0f,
            ]);
            foreach (var norm in Enum.GetValues<Norm>())
            {
                foreach (var length in new[] { 0, 1, 3, 31, 16_383, 16_384, 16_385, 100_003 })
                    yield return new NormCase(norm, "random", length, () => new CaseData($"{norm} {length}").Uniform(length));
                yield return new NormCase(norm, "far", 50_000, () => new CaseData($"{norm} far").Uniform(50_000, 100f, 101f));
                yield return new NormCase(norm, "infinite", 3, () => [1f, float.NegativeInfinity, 2f]);
                yield return new NormCase(norm, "undefined", 3, () => [1f, float.NaN, 2f]);
            }
        }
    }

    /// <summary>Operands beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new SumCase("rows", 16_384, 1024, accumulate: false);
            yield return new SumCase("columns", 16_384, 1024, accumulate: false);
            yield return Max("random", 16_384, 1024, data => data.Uniform(16_384 * 1024));
            yield return new NormCase(Norm.L2, "random", 1 << 24, () => new CaseData("norm").Uniform(1 << 24));
        }
    }

    private static MaxCase Max(string name, int rows, int columns, Func<CaseData, float[]> values) =>
        new(name, rows, columns, () => values(new CaseData($"max {name} {rows} {columns}")));
}
