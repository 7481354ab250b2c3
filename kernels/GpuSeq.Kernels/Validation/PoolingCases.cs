using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>The largest elements of windows, and where they are.</summary>
public sealed class MaxPoolCase : KernelCase
{
    private readonly PoolingShape _shape;

    /// <summary>Random elements, which differ; or given ones.</summary>
    public MaxPoolCase(PoolingShape shape, string? values = null, Func<float[]>? x = null)
        : base("max-pool", $"{shape}{(values is null ? "" : $" {values}")}")
    {
        _shape = shape;
        Deferred(() =>
        {
            Input("x", x?.Invoke() ?? new CaseData($"{shape}").Uniform((int)shape.InputLength));
            Output("y", (int)shape.OutputLength);
            OutputIndices("indices", (int)shape.OutputLength);
        });
        Tolerance = Tolerance.Exact;
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Pooling.Max(_shape, views["x"], views["y"], views.Indices("indices"));

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.OutputLength == 0)
            return false;
        var shape = PoolingCases.WithPlanes(_shape, _shape.Planes - 1); // the last plane is left out
        kernels.Pooling.Max(
            shape, views["x"].SubView(0, shape.InputLength), views["y"].SubView(0, shape.OutputLength),
            views.Indices("indices").SubView(0, shape.OutputLength));
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        PoolingReference.Max<T>(_shape, arrays["x"], arrays["y"], arrays.Indices("indices"));
}

/// <summary>The gradient of the largest elements of windows.</summary>
public sealed class MaxPoolGradientCase : KernelCase
{
    private readonly PoolingShape _shape;
    private readonly bool _accumulate;

    /// <summary>The gradient of a <see cref="MaxPoolCase"/>.</summary>
    public MaxPoolGradientCase(PoolingShape shape, bool accumulate)
        : base("max-pool-backward", $"{shape}{(accumulate ? " added" : "")}")
    {
        (_shape, _accumulate) = (shape, accumulate);
        Deferred(() =>
        {
            var forward = new CaseArrays<double>(new MaxPoolCase(shape));
            PoolingReference.Max<double>(shape, forward["x"], forward["y"], forward.Indices("indices"));
            var data = new CaseData(Name);
            Input("indices", forward.Indices("indices"));
            Input("dy", data.Uniform((int)shape.OutputLength));
            if (accumulate)
                InputOutput("dx", data.Uniform((int)shape.InputLength));
            else
                Output("dx", (int)shape.InputLength);
        });
        Tolerance = Tolerance.Rounding(shape.KernelHeight * shape.KernelWidth);
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf =>
        Operands[0].Ints!.Contains(-1) ? null : new MaxPoolCase(_shape); // a window without elements is -infinity

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.InputLength == 0)
            return false;
        Launch(kernels, views, !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        PoolingReference.MaxBackward<T>(_shape, arrays.Indices("indices"), arrays["dy"], arrays["dx"]);

    private void Launch(KernelLibrary kernels, CaseViews views, bool accumulate) =>
        kernels.Pooling.MaxBackward(_shape, views.Indices("indices"), views["dy"], views["dx"], accumulate);
}

/// <summary>The means of windows.</summary>
public sealed class AveragePoolCase : KernelCase
{
    private readonly PoolingShape _shape;
    private readonly bool _countsPadding;

    /// <summary>The means of random elements.</summary>
    public AveragePoolCase(PoolingShape shape, bool countsPadding)
        : base("average-pool", $"{shape}{(countsPadding ? " counting" : "")}")
    {
        (_shape, _countsPadding) = (shape, countsPadding);
        Deferred(() =>
        {
            Input("x", new CaseData(Name).Uniform((int)shape.InputLength));
            Output("y", (int)shape.OutputLength);
        });
        Tolerance = Tolerance.Rounding(shape.KernelHeight * shape.KernelWidth);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Pooling.Average(_shape, views["x"], views["y"], _countsPadding);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.OutputLength == 0 || _shape.PaddingHeight == 0)
            return false;
        kernels.Pooling.Average(_shape, views["x"], views["y"], !_countsPadding);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        PoolingReference.Average<T>(_shape, arrays["x"], arrays["y"], _countsPadding);
}

/// <summary>The gradient of the means of windows.</summary>
public sealed class AveragePoolGradientCase : KernelCase
{
    private readonly PoolingShape _shape;
    private readonly bool _countsPadding;
    private readonly bool _accumulate;

    /// <summary>The gradient of an <see cref="AveragePoolCase"/>.</summary>
    public AveragePoolGradientCase(PoolingShape shape, bool countsPadding, bool accumulate)
        : base("average-pool-backward", $"{shape}{(countsPadding ? " counting" : "")}{(accumulate ? " added" : "")}")
    {
        (_shape, _countsPadding, _accumulate) = (shape, countsPadding, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("dy", data.Uniform((int)shape.OutputLength));
            if (accumulate)
                InputOutput("dx", data.Uniform((int)shape.InputLength));
            else
                Output("dx", (int)shape.InputLength);
        });
        Tolerance = Tolerance.Rounding(shape.KernelHeight * shape.KernelWidth);
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf => new AveragePoolCase(_shape, _countsPadding);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.InputLength == 0)
            return false;
        Launch(kernels, views, !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        PoolingReference.AverageBackward<T>(_shape, arrays["dy"], arrays["dx"], _countsPadding);

    private void Launch(KernelLibrary kernels, CaseViews views, bool accumulate) =>
        kernels.Pooling.AverageBackward(_shape, views["dy"], views["dx"], _countsPadding, accumulate);
}

/// <summary>The sweep over pooling.</summary>
public static class PoolingCases
{
    // Nothing, one element, windows that overlap, that leave gaps, that reach over the edge, rows longer than a chunk, 1-D.
    private static readonly PoolingShape[] Shapes =
    [
        new(0, 3, 3, 2, 2), new(3, 0, 4, 2, 2), new(1, 1, 1, 1, 1), new(2, 1, 2, 3, 3), new(3, 4, 6, 2, 2), new(2, 5, 7, 2, 2),
        new(2, 7, 9, 3, 3) { StrideHeight = 2, StrideWidth = 2, PaddingHeight = 1, PaddingWidth = 1 },
        new(2, 6, 7, 3, 2) { StrideHeight = 1, StrideWidth = 1 }, new(3, 5, 5, 5, 5),
        new(2, 8, 9, 2, 2) { StrideHeight = 3, StrideWidth = 3 },
        new(2, 6, 7, 3, 2) { StrideHeight = 2, StrideWidth = 2, CeilMode = true },
        new(2, 7, 8, 3, 3) { StrideHeight = 2, StrideWidth = 3, PaddingHeight = 1, PaddingWidth = 1, CeilMode = true },
        new(3, 1, 17, 1, 3) { StrideWidth = 1, PaddingWidth = 1 }, new(2, 1, 601, 1, 2), new(1, 2, 300, 2, 3) { StrideWidth = 1 },
        new(61, 3, 3, 2, 2), new(2, 26, 26, 2, 2),
        new(2, 13, 37, 4, 5) { StrideHeight = 1, StrideWidth = 2, PaddingHeight = 2, PaddingWidth = 2 },
    ];

    private static readonly PoolingShape[] Dilated =
    [
        new(2, 7, 8, 2, 2) { StrideHeight = 1, StrideWidth = 1, DilationHeight = 2, DilationWidth = 2 },
        new(2, 9, 11, 3, 2)
        {
            StrideHeight = 2,
            StrideWidth = 1,
            PaddingHeight = 1,
            PaddingWidth = 1,
            DilationHeight = 2,
            DilationWidth = 3,
        },
        new(2, 1, 1, 2, 2) { PaddingHeight = 1, PaddingWidth = 1, DilationHeight = 2, DilationWidth = 2 }, // windows without elements
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var shape in Shapes.Concat(Dilated))
            {
                yield return new MaxPoolCase(shape);
                yield return new MaxPoolCase(shape, "ties", () => new CaseData($"ties {shape}").Integers((int)shape.InputLength, 1));
                yield return new MaxPoolCase(shape, "special", () => Special((int)shape.InputLength));
                yield return new MaxPoolGradientCase(shape, accumulate: false);
                yield return new MaxPoolGradientCase(shape, accumulate: true);
            }
            foreach (var shape in Shapes)
            {
                foreach (var countsPadding in new[] { false, true })
                {
                    yield return new AveragePoolCase(shape, countsPadding);
                    yield return new AveragePoolGradientCase(shape, countsPadding, accumulate: false);
                    yield return new AveragePoolGradientCase(shape, countsPadding, accumulate: true);
                }
            }
        }
    }

    /// <summary>Layers of networks for digits.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            var shape = new PoolingShape(64 * 32, 26, 26, 2, 2);
            yield return new MaxPoolCase(shape);
            yield return new MaxPoolGradientCase(shape, accumulate: false);
            yield return new AveragePoolCase(shape, countsPadding: true);
            yield return new AveragePoolGradientCase(shape, countsPadding: true, accumulate: false);
        }
    }

    internal static PoolingShape WithPlanes(PoolingShape shape, int planes) =>
        new(planes, shape.Height, shape.Width, shape.KernelHeight, shape.KernelWidth)
        {
            StrideHeight = shape.StrideHeight,
            StrideWidth = shape.StrideWidth,
            PaddingHeight = shape.PaddingHeight,
            PaddingWidth = shape.PaddingWidth,
            DilationHeight = shape.DilationHeight,
            DilationWidth = shape.DilationWidth,
            CeilMode = shape.CeilMode,
        };

    // NaN and infinities among numbers; stretches of -infinity alone.
    private static float[] Special(int length)
    {
        var values = new CaseData($"special {length}").Uniform(length);
        for (var i = 0; i < length; i++)
            values[i] = (i * 7 % 23) switch { 0 => float.NaN, 3 => float.PositiveInfinity, > 9 => float.NegativeInfinity, _ => values[i] };
        return values;
    }
}
