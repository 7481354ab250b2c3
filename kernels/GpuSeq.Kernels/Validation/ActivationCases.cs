using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>An activation function.</summary>
public sealed class ActivationCase : KernelCase
{
    private readonly Activation _activation;

    /// <summary>A function over random values.</summary>
    public ActivationCase(Activation activation, int length)
        : this(activation, $"{length}", () => Values(activation, length))
    {
    }

    /// <summary>A function over given values.</summary>
    public ActivationCase(Activation activation, string name, Func<float[]> values)
        : base("activation", $"{activation} {name}")
    {
        _activation = activation;
        Tolerance = Tolerance.Rounding(1, GeluTerms(activation, 3)); // x / 2, until erf is 1
        Deferred(() =>
        {
            var x = values();
            Input("x", x);
            Output("y", x.Length);
        });
    }

    // GELU adds 1/2 and erf / 2, which cancel where x is negative: its error is a share of its terms, not of its value.
    internal static double GeluTerms(Activation activation, double magnitude) => activation == Activation.Gelu ? magnitude : 0;

    internal static float[] Values(Activation activation, int length) => new CaseData($"{activation} {length}").Uniform(length, -6f, 6f);

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => kernels.Activations.Forward(_activation, views["x"], views["y"]);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        var n = views["x"].Length;
        if (n == 0)
            return false;
        kernels.Activations.Forward(_activation, views["x"].SubView(0, n - 1), views["y"].SubView(0, n - 1));
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (x, y) = (arrays["x"], arrays["y"]);
        for (var i = 0; i < x.Length; i++)
            y[i] = ActivationReference.Apply(_activation, x[i]);
    }
}

/// <summary>The gradient of an activation function.</summary>
public sealed class ActivationBackwardCase : KernelCase
{
    private readonly Activation _activation;
    private readonly bool _accumulate;

    /// <summary>The gradient at random values.</summary>
    public ActivationBackwardCase(Activation activation, int length, bool accumulate)
        : this(activation, $"{length}", () => ActivationCase.Values(activation, length), accumulate)
    {
    }

    /// <summary>The gradient at given values.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="name">What tells the values apart.</param>
    /// <param name="values">The values.</param>
    /// <param name="accumulate">Whether the gradient is added.</param>
    /// <param name="isSmooth">Whether central differences can tell the derivative at every value.</param>
    public ActivationBackwardCase(Activation activation, string name, Func<float[]> values, bool accumulate, bool isSmooth = true)
        : base("activation-backward", $"{activation} {name}{(accumulate ? " accumulate" : "")}")
    {
        (_activation, _accumulate) = (activation, accumulate);
        Tolerance = Tolerance.Rounding(1, ActivationCase.GeluTerms(activation, 1));
        Deferred(() =>
        {
            var data = new CaseData(Name);
            var x = values();
            Input("x", x);
            Input("y", Array.ConvertAll(x, value => (float)ActivationReference.Apply(activation, (double)value)));
            Input("dy", data.Uniform(x.Length));
            if (accumulate)
                InputOutput("dx", data.Uniform(x.Length));
            else
                Output("dx", x.Length);
        });
        GradientOf = isSmooth ? new ActivationCase(activation, name, values) : null;
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf { get; }

    // Of x and y, only one is read.
    /// <inheritdoc/>
    public override double Bytes => base.Bytes - sizeof(float) * (double)Operands[0].Length;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["dx"].Length == 0)
            return false;
        Launch(kernels, views, !_accumulate); // adds to what was never there, or forgets what was
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (x, y, dy, dx) = (arrays["x"], arrays["y"], arrays["dy"], arrays["dx"]);
        for (var i = 0; i < x.Length; i++)
            dx[i] = (_accumulate ? dx[i] : T.Zero) + dy[i] * ActivationReference.Derivative(_activation, x[i], y[i]);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, bool accumulate)
    {
        var readsOutput = Activations.BackwardReadsOutput(_activation);
        kernels.Activations.Backward(
            _activation, readsOutput ? default : views["x"], readsOutput ? views["y"] : default, views["dy"], views["dx"], accumulate);
    }
}

/// <summary>The sweep over activation functions.</summary>
public static class ActivationCases
{
    // 0, 1, 3, the edges of vectors and of work items, primes, several items.
    private static readonly int[] Lengths = [0, 1, 3, 7, 8, 17, 31, 64, 4095, 4096, 4097, 13_001];

    private static readonly float[] Special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 1e-40f, -1e-40f, 1e-20f,
    ];

    private static readonly float[] Large =
    [
        20f, -20f, 44f, -44f, 87f, -87f, 89f, -89f, 104f, -104f, 1e3f, -1e3f, 1e9f, -1e9f, 1e20f, -1e20f, 3e38f, -3e38f,
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var activation in Enum.GetValues<Activation>())
            {
                foreach (var length in Lengths)
                {
                    yield return new ActivationCase(activation, length);
                    yield return new ActivationBackwardCase(activation, length, accumulate: length % 2 == 0);
                }
                yield return new ActivationCase(activation, "special", () => Special);
                yield return new ActivationBackwardCase(activation, "small", () => Special[3..], accumulate: false, isSmooth: false);
                foreach (var x in Large) // one by one, because the tolerance of a tensor follows its largest element
                    yield return new ActivationCase(activation, $"{x:G2}", () => [x, 1f]);
                yield return new ActivationBackwardCase(activation, "large", () => Large, accumulate: true, isSmooth: false);
            }
        }
    }

    /// <summary>Operands beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var activation in new[] { Activation.Relu, Activation.Tanh, Activation.Gelu })
            {
                yield return new ActivationCase(activation, 16_384 * 1024);
                yield return new ActivationBackwardCase(activation, 16_384 * 1024, accumulate: false);
            }
        }
    }
}
