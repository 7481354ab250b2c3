using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>One step of an optimizer.</summary>
public sealed class OptimizerCase : KernelCase
{
    private readonly object _options;
    private readonly int _step;
    private readonly bool _isScaled;
    private readonly int _states;

    /// <summary>A step on random parameters, gradients and states.</summary>
    /// <param name="name">What the options are.</param>
    /// <param name="options">Options of any optimizer.</param>
    /// <param name="states">How many states they need.</param>
    /// <param name="length">The number of parameters.</param>
    /// <param name="step">The number of the step.</param>
    /// <param name="scaled">Whether gradients are multiplied by a factor on the device.</param>
    public OptimizerCase(string name, object options, int states, int length, int step, bool scaled)
        : base("optimizer", $"{name} {length} step {step}{(scaled ? " scaled" : "")}")
    {
        (_options, _states, _step, _isScaled) = (options, states, step, scaled);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            InputOutput("p", data.Uniform(length));
            Input("g", data.Uniform(length));
            Input("scale", [0.25f]);
            string[] names = ["first", "second", "third"];
            for (var i = 0; i < names.Length; i++)
            {
                if (options is SgdOptions && step == 1)
                    Output(names[i], i < states ? length : 0);
                else if (options is RmsPropOptions && i == 1)
                    InputOutput(names[i], data.Uniform(i < states ? length : 0, -0.3f, 0.3f)); // so that no variance is near 0
                else
                    InputOutput(names[i], data.Uniform(i < states ? length : 0, 1f, 2f));
            }
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, views["p"].Length);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["p"].Length == 0)
            return false;
        Launch(kernels, views, views["p"].Length - 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (p, g, scale) = (arrays["p"], arrays["g"], _isScaled ? arrays["scale"][0] : T.One);
        var (first, second, third) = (arrays["first"], arrays["second"], arrays["third"]);
        switch (_options)
        {
            case SgdOptions sgd: OptimizerReference.Sgd(sgd, _step, p, g, first, scale); break;
            case RmsPropOptions rms: OptimizerReference.RmsProp(rms, p, g, first, second, third, scale); break;
            case AdamOptions adam: OptimizerReference.Adam(adam, _step, p, g, first, second, third, scale); break;
            case AdagradOptions adagrad: OptimizerReference.Adagrad(adagrad, _step, p, g, first, scale); break;
        }
    }

    private void Launch(KernelLibrary kernels, CaseViews views, long length)
    {
        var (p, g, scale) = (views["p"].SubView(0, length), views["g"].SubView(0, length), _isScaled ? views["scale"] : default);
        var first = _states > 0 ? views["first"].SubView(0, length) : default;
        var second = _states > 1 ? views["second"].SubView(0, length) : default;
        var third = _states > 2 ? views["third"].SubView(0, length) : default;
        switch (_options)
        {
            case SgdOptions sgd: kernels.Optimizers.Sgd(sgd, _step, p, g, first, scale); break;
            case RmsPropOptions rms: kernels.Optimizers.RmsProp(rms, p, g, first, second, third, scale); break;
            case AdamOptions adam: kernels.Optimizers.Adam(adam, _step, p, g, first, second, third, scale); break;
            case AdagradOptions adagrad: kernels.Optimizers.Adagrad(adagrad, _step, p, g, first, scale); break;
        }
    }
}

/// <summary>The factor that clips gradients.</summary>
public sealed class ClipCoefficientCase : KernelCase
{
    private readonly float _maxNorm;

    /// <summary>The factor for a norm.</summary>
    public ClipCoefficientCase(float norm, float maxNorm)
        : base("clip", $"{norm} to {maxNorm}")
    {
        _maxNorm = maxNorm;
        Input("norm", [norm]);
        Output("scale", 1);
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Optimizers.ClipCoefficient(views["norm"], _maxNorm, views["scale"]);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (!(Operands[0].Floats![0] > _maxNorm) || !float.IsFinite(Operands[0].Floats![0]))
            return false;
        kernels.Optimizers.ClipCoefficient(views["norm"], _maxNorm * 2, views["scale"]);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var coefficient = T.CreateChecked(_maxNorm) / (arrays["norm"][0] + T.CreateChecked(1e-6));
        arrays["scale"][0] = T.IsNaN(coefficient) ? coefficient : T.Min(T.One, coefficient);
    }
}

/// <summary>The sweep over optimizers.</summary>
public static class OptimizerCases
{
    private static readonly (string Name, object Options, int States)[] Settings =
    [
        ("sgd", new SgdOptions { LearningRate = 0.1, WeightDecay = 0.01 }, 0),
        ("sgd momentum", new SgdOptions { LearningRate = 0.1, Momentum = 0.9, Dampening = 0.3 }, 1),
        ("sgd nesterov", new SgdOptions { LearningRate = 0.05, Momentum = 0.8, WeightDecay = 0.01, Nesterov = true }, 1),
        ("rmsprop", new RmsPropOptions { WeightDecay = 0.02 }, 1),
        ("rmsprop centered momentum", new RmsPropOptions { Alpha = 0.5, Momentum = 0.5, Centered = true }, 3),
        ("adam", new AdamOptions { LearningRate = 0.01, WeightDecay = 0.05 }, 2),
        ("adam amsgrad", new AdamOptions { LearningRate = 0.03, Amsgrad = true }, 3),
        ("adamw", new AdamOptions { LearningRate = 0.02, WeightDecay = 0.1, Decoupled = true, Beta2 = 0.98, Epsilon = 1e-6 }, 2),
        ("adagrad", new AdagradOptions { LearningRate = 0.1, LearningRateDecay = 0.05, WeightDecay = 0.01 }, 1),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var (name, options, states) in Settings)
            {
                foreach (var length in new[] { 0, 1, 3, 31, 4095, 4096, 4097, 20_011 })
                    yield return new OptimizerCase(name, options, states, length, step: 1 + length % 3, scaled: length % 2 == 1);
            }
            foreach (var norm in new[] { 0f, 1e-8f, 0.5f, 0.999999f, 1f, 3f, 1e20f, float.PositiveInfinity, float.NaN })
                yield return new ClipCoefficientCase(norm, 1f);
        }
    }

    /// <summary>A model of 16 million parameters, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks =>
        from setting in Settings
        where setting.Name is "sgd" or "sgd momentum" or "rmsprop" or "adam" or "adamw" or "adagrad"
        select new OptimizerCase(setting.Name, setting.Options, setting.States, 1 << 24, step: 2, scaled: false);
}
