using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>An elementary function.</summary>
public sealed class FunctionCase : KernelCase
{
    internal const float Low = -0.75f;
    internal const float High = 1.25f;

    private readonly ElementaryFunction _function;

    /// <summary>A function over random values.</summary>
    public FunctionCase(ElementaryFunction function, int length)
        : this(function, $"{length}", () => Values(function, length))
    {
    }

    /// <summary>A function over given values.</summary>
    public FunctionCase(ElementaryFunction function, string name, Func<float[]> values)
        : base("function", $"{function} {name}")
    {
        _function = function;
        Deferred(() =>
        {
            var x = values();
            Input("x", x);
            Output("y", x.Length);
        });
    }

    // Where the function is defined.
    internal static float[] Values(ElementaryFunction function, int length)
    {
        var data = new CaseData($"{function} {length}");
        return function is ElementaryFunction.SquareRoot or ElementaryFunction.Log
            ? data.Uniform(length, 0.1f, 6f)
            : data.Uniform(length, -3f, 3f);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Functions.Forward(_function, views["x"], views["y"], Low, High);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        var n = views["x"].Length;
        if (n == 0)
            return false;
        kernels.Functions.Forward(_function, views["x"].SubView(0, n - 1), views["y"].SubView(0, n - 1), Low, High);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (x, y) = (arrays["x"], arrays["y"]);
        for (var i = 0; i < x.Length; i++)
            y[i] = FunctionReference.Value(_function, x[i], T.CreateChecked(Low), T.CreateChecked(High));
    }
}

/// <summary>The gradient of an elementary function.</summary>
public sealed class FunctionBackwardCase : KernelCase
{
    private readonly ElementaryFunction _function;
    private readonly bool _accumulate;

    /// <summary>The gradient at random values.</summary>
    public FunctionBackwardCase(ElementaryFunction function, int length, bool accumulate)
        : this(function, $"{length}", () => FunctionCase.Values(function, length), accumulate)
    {
    }

    /// <summary>The gradient at given values.</summary>
    /// <param name="function">The function.</param>
    /// <param name="name">What tells the values apart.</param>
    /// <param name="values">The values.</param>
    /// <param name="accumulate">Whether the gradient is added.</param>
    /// <param name="isSmooth">Whether central differences can tell the derivative at every value.</param>
    public FunctionBackwardCase(ElementaryFunction function, string name, Func<float[]> values, bool accumulate, bool isSmooth = true)
        : base("function-backward", $"{function} {name}{(accumulate ? " accumulate" : "")}")
    {
        (_function, _accumulate) = (function, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            var x = values();
            Input("x", x);
            Input("dy", data.Uniform(x.Length));
            if (accumulate)
                InputOutput("dx", data.Uniform(x.Length));
            else
                Output("dx", x.Length);
        });
        GradientOf = isSmooth ? new FunctionCase(function, name, values) : null;
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf { get; }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["dx"].Length == 0)
            return false;
        Launch(kernels, views, !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (x, dy, dx) = (arrays["x"], arrays["dy"], arrays["dx"]);
        var (low, high) = (T.CreateChecked(FunctionCase.Low), T.CreateChecked(FunctionCase.High));
        for (var i = 0; i < x.Length; i++)
            dx[i] = (_accumulate ? dx[i] : T.Zero) + dy[i] * FunctionReference.Slope(_function, x[i], low, high);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, bool accumulate) => kernels.Functions.Backward(
        _function, views["x"], views["dy"], views["dx"], accumulate, FunctionCase.Low, FunctionCase.High);
}

/// <summary>The sweep over elementary functions.</summary>
public static class FunctionCases
{
    // 0, 1, 3, the edges of vectors and of work items, primes, several items.
    private static readonly int[] Lengths = [0, 1, 3, 7, 8, 17, 31, 64, 16_383, 16_384, 16_385, 40_009];

    private static readonly float[] Special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, 1e-40f, -1e-40f, 1e-20f, 1e-38f, 3e38f, -3e38f, 1f, -1f,
        80f, -80f, 1.000001f, 0.75f, -0.75f, 1.25f,
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var function in Enum.GetValues<ElementaryFunction>())
            {
                foreach (var length in Lengths)
                {
                    yield return new FunctionCase(function, length);
                    yield return new FunctionBackwardCase(function, length, accumulate: length % 2 == 0);
                }
                foreach (var x in Special) // one by one, because the tolerance of a tensor follows its largest element
                    yield return new FunctionCase(function, $"{x:G7}", () => [x, 1f]);
                yield return new FunctionBackwardCase(function, "special", () => [0.75f, 1f, 3f, 1e5f], accumulate: true, isSmooth: false);
            }
            yield return new FunctionBackwardCase(ElementaryFunction.Abs, "kink", () => [0f, -2f, 2f], accumulate: false, isSmooth: false);
            yield return new FunctionBackwardCase(
                ElementaryFunction.Clamp, "bounds", () => [FunctionCase.Low, FunctionCase.High, -0.76f, 1.26f], accumulate: false,
                isSmooth: false);
        }
    }

    /// <summary>Operands beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var function in new[] { ElementaryFunction.Square, ElementaryFunction.Exp, ElementaryFunction.Log })
            {
                yield return new FunctionCase(function, 16_384 * 1024);
                yield return new FunctionBackwardCase(function, 16_384 * 1024, accumulate: false);
            }
        }
    }
}
