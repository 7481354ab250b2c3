using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>What steers a step from the device, in a case.</summary>
public enum StepSteering
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A factor of the gradients, after a step that was skipped.</summary>
    Scaled,

    /// <summary>Groups of parameters, some of them frozen.</summary>
    Grouped,

    /// <summary>A factor that says that nothing is to change.</summary>
    Skipped,
}

/// <summary>One step of an optimizer.</summary>
public sealed class OptimizerCase : KernelCase
{
    private const int Groups = 3;

    private readonly object _options;
    private readonly int _step;
    private readonly StepSteering _steering;
    private readonly int _states;

    /// <summary>A step on random parameters, gradients and states.</summary>
    /// <param name="name">What the options are.</param>
    /// <param name="options">Options of any optimizer.</param>
    /// <param name="states">How many states they need.</param>
    /// <param name="length">The number of parameters.</param>
    /// <param name="step">The number of the step.</param>
    /// <param name="steering">What steers it.</param>
    public OptimizerCase(string name, object options, int states, int length, int step, StepSteering steering)
        : base("optimizer", $"{name} {length} step {step}{(steering == StepSteering.None ? "" : $" {steering}".ToLowerInvariant())}")
    {
        (_options, _states, _step, _steering) = (options, states, step, steering);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            InputOutput("p", data.Uniform(length));
            Input("g", data.Uniform(length));
            Input("scalars", steering switch
            {
                StepSteering.None => [],
                StepSteering.Scaled => [0.25f, 1f, 7f],
                StepSteering.Grouped => [1f, 0f, 7f],
                _ => [-1f, 1f, float.NaN],
            });
            Input("groups", steering == StepSteering.Grouped ? PackedGroups(data, length) : []);
            Input("table", steering == StepSteering.Grouped ? [1f, 0.01f, 0.5f, 0f, 0f, 0.3f] : []);
            string[] names = ["first", "second", "third"];
            for (var i = 0; i < names.Length; i++)
            {
                if (options is SgdOptions && IsFirst && steering is StepSteering.None or StepSteering.Scaled)
                    Output(names[i], i < states ? length : 0);
                else if (options is RmsPropOptions && i == 1)
                    InputOutput(names[i], data.Uniform(i < states ? length : 0, -0.3f, 0.3f)); // so that no variance is near 0
                else
                    InputOutput(names[i], data.Uniform(i < states ? length : 0, 1f, 2f));
            }
        });
    }

    private int StepsTaken => _steering == StepSteering.Scaled ? _step - 1 : _step;

    private bool IsFirst => StepsTaken == 1;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, views["p"].Length);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["p"].Length % StepControl.BlockLength is 0 or 1 || _steering is StepSteering.Skipped or StepSteering.Grouped)
            return false;
        Launch(kernels, views, views["p"].Length - 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        if (_steering == StepSteering.Skipped)
            return;
        var length = arrays["p"].Length;
        for (var begin = 0; begin < length; begin += StepControl.BlockLength)
        {
            var group = _steering == StepSteering.Grouped ? Group(arrays.Indices("groups"), begin / StepControl.BlockLength) : -1;
            if (group != StepControl.Frozen)
                DefineBlock(arrays, begin, Math.Min(StepControl.BlockLength, length - begin), group);
        }
    }

    private void DefineBlock<T>(CaseArrays<T> arrays, int begin, int length, int group)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        var p = Block("p");
        var g = Block("g");
        var first = Block("first");
        var second = Block("second");
        var third = Block("third");
        var scale = _steering == StepSteering.Scaled ? arrays["scalars"][StepControl.Factor] : T.One;
        double Rate(double rate) => group < 0 ? rate : rate * double.CreateChecked(arrays["table"][2 * group]);
        double Decay(double decay) => group < 0 ? decay : double.CreateChecked(arrays["table"][2 * group + 1]);
        switch (_options)
        {
            case SgdOptions sgd:
                sgd = sgd with { LearningRate = Rate(sgd.LearningRate), WeightDecay = Decay(sgd.WeightDecay) };
                OptimizerReference.Sgd(sgd, StepsTaken, p, g, first, scale);
                break;
            case RmsPropOptions rms:
                rms = rms with { LearningRate = Rate(rms.LearningRate), WeightDecay = Decay(rms.WeightDecay) };
                OptimizerReference.RmsProp(rms, p, g, first, second, third, scale);
                break;
            case AdamOptions adam:
                adam = adam with { LearningRate = Rate(adam.LearningRate), WeightDecay = Decay(adam.WeightDecay) };
                OptimizerReference.Adam(adam, StepsTaken, p, g, first, second, third, scale);
                break;
            case AdagradOptions adagrad:
                adagrad = adagrad with { LearningRate = Rate(adagrad.LearningRate), WeightDecay = Decay(adagrad.WeightDecay) };
                OptimizerReference.Adagrad(adagrad, StepsTaken, p, g, first, scale);
                break;
        }

        Span<T> Block(string name) => arrays[name].Length == 0 ? [] : arrays[name].AsSpan(begin, length);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, long length)
    {
        var (p, g) = (views["p"].SubView(0, length), views["g"].SubView(0, length));
        var first = _states > 0 ? views["first"].SubView(0, length) : default;
        var second = _states > 1 ? views["second"].SubView(0, length) : default;
        var third = _states > 2 ? views["third"].SubView(0, length) : default;
        var control = new StepControl(views["scalars"]);
        if (_steering == StepSteering.Grouped)
            control = control with { Groups = views.Indices("groups").Cast<byte>().Part(0, Blocks(length)), Table = views["table"] };
        switch (_options)
        {
            case SgdOptions sgd: kernels.Optimizers.Sgd(sgd, _step, p, g, first, control); break;
            case RmsPropOptions rms: kernels.Optimizers.RmsProp(rms, p, g, first, second, third, control); break;
            case AdamOptions adam: kernels.Optimizers.Adam(adam, _step, p, g, first, second, third, control); break;
            case AdagradOptions adagrad: kernels.Optimizers.Adagrad(adagrad, _step, p, g, first, control); break;
        }
    }

    private static long Blocks(long length) => (length + StepControl.BlockLength - 1) / StepControl.BlockLength;

    // Four groups to a word, the first in its lowest bits; runs of the same group are of many lengths.
    private static int[] PackedGroups(CaseData data, int length)
    {
        var words = new int[(Blocks(length) + 3) / 4];
        var lengths = data.Indices((int)Blocks(length), 40);
        var groups = data.Indices((int)Blocks(length), Groups + 1);
        for (int block = 0, left = 0, group = 0; block < groups.Length; block++, left--)
        {
            if (left == 0)
                (left, group) = (lengths[block] + 1, groups[block]);
            words[block / 4] |= (group == Groups ? StepControl.Frozen : group) << block % 4 * 8;
        }
        return words;
    }

    private static int Group(int[] words, int block) => words[block / 4] >> block % 4 * 8 & byte.MaxValue;
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

    private static readonly int[] Lengths = [0, 1, 3, 31, 4095, 4096, 4097, 20_011]; // around the parts that a step is cut into

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All =>
        from setting in Settings
        from length in Lengths
        from steering in Enum.GetValues<StepSteering>()
        let step = 1 + length % 3 + (steering == StepSteering.Scaled ? 1 : 0)
        select new OptimizerCase(setting.Name, setting.Options, setting.States, length, step, steering);

    /// <summary>A model of 16 million parameters, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks =>
        from setting in Settings
        where setting.Name is "sgd" or "sgd momentum" or "rmsprop" or "adam" or "adamw" or "adagrad"
        select new OptimizerCase(setting.Name, setting.Options, setting.States, 1 << 24, step: 2, StepSteering.None);
}
