using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>The gradient of a sum over an axis.</summary>
public sealed class SumGradientCase : KernelCase
{
    private readonly AxisShape _shape;
    private readonly bool _isMean;
    private readonly bool _accumulate;

    /// <summary>The gradient of a <see cref="SumCase"/>.</summary>
    public SumGradientCase(AxisShape shape, bool isMean, bool accumulate)
        : base("sum-backward", AxisCases.Name(shape, isMean ? "mean" : "", accumulate ? "accumulate" : ""))
    {
        (_shape, _isMean, _accumulate) = (shape, isMean, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("dy", data.Uniform((int)shape.Results));
            if (accumulate)
                InputOutput("dx", data.Uniform((int)shape.Elements));
            else
                Output("dx", (int)shape.Elements);
        });
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => new SumCase(_shape, _isMean, accumulate: false);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Scale);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.Elements == 0)
            return false;
        Launch(kernels, views, 2f * Scale);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var scale = _isMean ? T.One / T.CreateChecked(_shape.Length) : T.CreateChecked(Scale);
        ReductionReference.SumBackward<T>(arrays["dy"], arrays["dx"], _shape, scale, _accumulate);
    }

    private float Scale => _isMean ? 1f / _shape.Length : 0.7f;

    private void Launch(KernelLibrary kernels, CaseViews views, float scale) =>
        kernels.Reduction.SumBackward(views["dy"], views["dx"], _shape, scale, _accumulate);
}

/// <summary>The k largest elements of rows.</summary>
public sealed class TopKCase : KernelCase
{
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _k;

    /// <summary>The largest of given elements.</summary>
    public TopKCase(string name, int rows, int columns, int k, Func<float[]> values)
        : base("top-k", $"{name} {rows}x{columns} k{k}")
    {
        (_rows, _columns, _k) = (rows, columns, k);
        Deferred(() =>
        {
            Input("x", values());
            Output("y", rows * k);
            OutputIndices("indices", rows * k);
        });
        Tolerance = Tolerance.Exact;
    }

    /// <summary>The largest of random elements; integers have many equal ones.</summary>
    public TopKCase(int rows, int columns, int k, bool isEqual)
        : this(isEqual ? "equal" : "random", rows, columns, k, () => Data(rows, columns, isEqual))
    {
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        kernels.TopK.Forward(views["x"], views["y"], views.Indices("indices"), _rows, _columns, _k);
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_rows == 0 || _k == 0 || _columns < 2)
            return false;
        var (y, indices) = (views["y"].SubView(0, (long)(_rows - 1) * _k), views.Indices("indices").SubView(0, (long)(_rows - 1) * _k));
        kernels.TopK.Forward(views["x"].SubView(0, (long)(_rows - 1) * _columns), y, indices, _rows - 1, _columns, _k);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        ReductionReference.TopK<T>(arrays["x"], arrays["y"], arrays.Indices("indices"), _rows, _k);
    }

    private static float[] Data(int rows, int columns, bool isEqual)
    {
        var data = new CaseData($"top {rows} {columns}");
        return isEqual ? data.Integers(rows * columns, 3) : data.Uniform(rows * columns);
    }
}

/// <summary>The gradient of maxima and of the k largest.</summary>
public sealed class SelectGradientCase : KernelCase
{
    private readonly KernelCase _forward;
    private readonly AxisShape _shape;
    private readonly int _k;
    private readonly bool _accumulate;

    /// <summary>The gradient for places that a case of the forward pass has found.</summary>
    public SelectGradientCase(KernelCase forward, AxisShape shape, int k, bool accumulate)
        : base("select-backward", $"{forward}{(accumulate ? " accumulate" : "")}")
    {
        (_forward, _shape, _k, _accumulate) = (forward, shape, k, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            var found = new CaseArrays<double>(forward);
            forward.Define(found);
            Input("dy", data.Uniform((int)shape.Results * k));
            Input("places", found.Indices("indices"));
            if (accumulate)
                InputOutput("dx", data.Uniform((int)shape.Elements));
            else
                Output("dx", (int)shape.Elements);
        });
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => _forward;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.Elements == 0)
            return false;
        Launch(kernels, views, !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        ReductionReference.SelectBackward<T>(arrays["dy"], arrays.Indices("places"), arrays["dx"], _shape, _k, _accumulate);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, bool accumulate) =>
        kernels.Reduction.SelectBackward(views["dy"], views.Indices("places"), views["dx"], _shape, accumulate);
}

/// <summary>The sweep over the largest elements, and over gradients of reductions.</summary>
public static class AxisCases
{
    private static readonly AxisShape[] Shapes =
    [
        new(0, 3, 5), new(3, 0, 5), new(1, 1, 1), new(3, 1, 3), new(3, 3, 1), new(1, 5, 9), new(5, 31, 1), new(4, 7, 8), new(7, 5, 17),
        new(2, 257, 3), new(131, 61, 1), new(1, 33, 1025), new(2, 3, 16_385),
    ];

    private static readonly (int Rows, int Columns, int K)[] Tops =
    [
        (0, 3, 2), (3, 4, 0), (1, 1, 1), (3, 3, 1), (3, 3, 3), (5, 31, 4), (5, 32, 5), (4, 33, 7), (3, 65, 64), (7, 257, 3),
        (2, 1031, 50), (2, 300, 299),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var shape in Shapes)
            {
                yield return new SumGradientCase(shape, isMean: shape.Outer % 2 == 0, accumulate: shape.Length % 2 == 0);
                yield return new SumGradientCase(shape, isMean: shape.Outer % 2 == 1, accumulate: shape.Length % 2 == 1);
                if (shape.Length == 0)
                    continue;
                var max = new MaxCase("random", shape, () => Apart($"select {shape}", (int)shape.Elements));
                yield return new SelectGradientCase(max, shape, 1, accumulate: false);
                yield return new SelectGradientCase(max, shape, 1, accumulate: true);
            }
            foreach (var (rows, columns, k) in Tops)
            {
                yield return new TopKCase(rows, columns, k, isEqual: false);
                yield return new TopKCase(rows, columns, k, isEqual: true);
                if (k == 0)
                    continue;
                var top = new TopKCase("apart", rows, columns, k, () => Apart($"select {rows} {columns}", rows * columns));
                yield return new SelectGradientCase(top, AxisShape.Last(rows, columns), k, accumulate: rows % 2 == 0);
            }
            yield return new TopKCase("special", 3, 9, 7, () =>
            [
                1f, float.NaN, 2f, float.PositiveInfinity, -float.NaN, 0f, 0f, float.NegativeInfinity, 0f,
                -0f, 0f, -1f, -0f, 1e-41f, -1e-41f, -1f, -1f, -1f,
                float.NegativeInfinity, float.NegativeInfinity, float.NaN, float.NegativeInfinity, float.NegativeInfinity,
                float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity,
            ]);
        }
    }

    /// <summary>The candidates of a decoder that looks at a large vocabulary, and gradients of a mean and a maximum over time.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new TopKCase(64, 50_257, 40, isEqual: false);
            var time = new AxisShape(32, 128, 768);
            yield return new SumGradientCase(time, isMean: true, accumulate: false);
            yield return new SelectGradientCase(ReductionCases.RandomMax(time), time, 1, accumulate: false);
        }
    }

    /// <summary>What a case with an axis is called: its options, then its shape, as [1, 3, 5] or 3x5.</summary>
    internal static string Name(AxisShape shape, params string[] options)
    {
        var axis = shape.Inner == 1 ? "columns" : shape.Outer == 1 ? "rows" : "middle";
        return $"{string.Join(' ', options.Where(option => option.Length > 0).Append(axis))} {shape.Outer}x{shape.Length}x{shape.Inner}";
    }

    // No two values are near: a step of central differences must not change their order.
    private static float[] Apart(string seed, int length)
    {
        var values = new CaseData(seed).Uniform(length);
        var order = Enumerable.Range(0, length).OrderBy(i => values[i]).ToArray();
        for (var rank = 0; rank < length; rank++)
            values[order[rank]] = 1e-3f * rank;
        return values;
    }
}
