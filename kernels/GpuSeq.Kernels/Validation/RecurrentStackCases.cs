using System.Globalization;
using System.Numerics;
using GpuSeq.Kernels.Reference;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Validation;

/// <summary>Stacked recurrent layers and their options.</summary>
/// <param name="Shape">Sizes, layers and directions.</param>
public sealed record StackSetting(StackShape Shape)
{
    /// <summary>Whether there are biases.</summary>
    public bool HasBias { get; init; }

    /// <summary>Whether the initial states are given.</summary>
    public bool HasInitial { get; init; }

    /// <summary>Whether the sequences have lengths of their own.</summary>
    public bool HasLengths { get; init; }

    /// <summary>What is dropped between layers.</summary>
    public float Dropout { get; init; }

    /// <summary>Whether it belongs to the quick check.</summary>
    public bool IsQuick { get; init; }

    internal bool HasCell => Shape.Cell == RecurrentCell.Lstm;

    internal bool HasProjection => Shape.Sequences.Projection > 0;

    internal int Count => Shape.Layers * Shape.Directions;

    internal int States => Count * Shape.Sequences.Batch * Shape.Sequences.StateWidth;

    internal int Cells => Count * Shape.Sequences.Batch * Shape.Sequences.Hidden;

    internal int Outputs => Shape.Sequences.Rows * Shape.OutputWidth;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{new RecurrentSetting(Shape.Cell, Shape.Sequences).Kernel} ")
        + $"{(Shape.Cell == RecurrentCell.RnnRelu ? "relu " : "")}{Shape}{(HasProjection ? " projection" : "")}{(HasBias ? " bias" : "")}"
        + $"{(HasInitial ? " initial" : "")}{(HasLengths ? " lengths" : "")}{(Dropout > 0f ? " dropout" : "")}";
}

/// <summary>Stacked recurrent layers.</summary>
public class RecurrentStackCase : KernelCase
{
    private const ulong Seed = 0x243F6A8885A308D3, Call = 5;

    // The operands of each layer and direction, empty where a setting has none, and the arrays that every launch fills again.
    private readonly Names[] _names;
    private readonly DirectionWeights[] _weights;

    /// <summary>The forward pass.</summary>
    public RecurrentStackCase(StackSetting setting)
        : this(setting, "recurrent-stack")
    {
        Deferred(() =>
        {
            Output("output", setting.Outputs);
            Output("hn", setting.States);
            if (setting.HasCell)
                Output("cn", setting.Cells);
        });
    }

    private protected RecurrentStackCase(StackSetting setting, string kernel, string option = "")
        : base(kernel, setting + option)
    {
        Setting = setting;
        IsQuick = setting.IsQuick;
        var (shape, sequences) = (setting.Shape, setting.Shape.Sequences);
        var sums = RecurrentReference<double>.GateCount(shape.Cell) * sequences.Hidden;
        _names = new Names[setting.Count];
        for (var i = 0; i < setting.Count; i++)
            _names[i] = new(i, setting.HasBias, setting.HasProjection);
        _weights = new DirectionWeights[setting.Count];
        Deferred(() =>
        {
            var data = new CaseData($"stack {setting}");
            var scale = 1 / MathF.Sqrt(sequences.Hidden);
            Input("x", data.Uniform(sequences.Rows * shape.Inputs, -2f, 2f));
            for (var i = 0; i < setting.Count; i++)
            {
                Input(_names[i].WeightIh, data.Uniform(sums * shape.InputsOf(i / shape.Directions), -scale, scale));
                Input(_names[i].WeightHh, data.Uniform(sums * sequences.StateWidth, -scale, scale));
                if (setting.HasBias)
                {
                    Input(_names[i].BiasIh, data.Uniform(sums));
                    Input(_names[i].BiasHh, data.Uniform(sums));
                }
                if (setting.HasProjection)
                    Input(_names[i].WeightHr, data.Uniform(sequences.Projection * sequences.Hidden, -scale, scale));
            }
            if (setting.HasInitial)
                Input("h0", data.Uniform(setting.States));
            if (setting.HasInitial && setting.HasCell)
                Input("c0", data.Uniform(setting.Cells));
            if (setting.HasLengths)
                Input("lengths", RecurrentCase.Lengths(data, sequences));
            Workspace("tape", (int)shape.TapeLength);
        });
        Tolerance = Tolerance.Rounding(shape.Layers * (sums + shape.OutputWidth + sequences.Rows), 0.25);
    }

    private protected StackSetting Setting { get; }

    private protected ReadOnlySpan<Names> Operand => _names;

    private protected StackDropout Dropout => new(Setting.Dropout, Seed, Call);

    // Whether it makes a difference how sequences and steps are interleaved.
    private protected bool HasLayout => Setting.Shape.Sequences is { Batch: > 1, Steps: > 1 };

    private protected StackShape OtherLayout => new(
        Setting.Shape.Cell, Setting.Shape.Sequences with { BatchFirst = !Setting.Shape.Sequences.BatchFirst }, Setting.Shape.Inputs)
    {
        Layers = Setting.Shape.Layers,
        Directions = Setting.Shape.Directions,
    };

    /// <inheritdoc/>
    public override double Flops
    {
        get
        {
            var (shape, sequences) = (Setting.Shape, Setting.Shape.Sequences);
            var sums = (double)RecurrentReference<double>.GateCount(shape.Cell) * sequences.Hidden;
            var perRow = 0.0;
            for (var i = 0; i < Setting.Count; i++)
                perRow += sums * (shape.InputsOf(i / shape.Directions) + sequences.StateWidth);
            return 2 * sequences.Rows * (perRow + (double)Setting.Count * sequences.Projection * sequences.Hidden);
        }
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Forward(kernels, views, Setting.Shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (HasLayout)
            Forward(kernels, views, OtherLayout); // sequences taken for steps
        return HasLayout;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        Reference(arrays).Forward(new(arrays["output"], arrays["hn"], Setting.HasCell ? arrays["cn"] : []));

    private protected RecurrentStackReference<T> Reference<T>(CaseArrays<T> arrays)
        where T : IFloatingPointIeee754<T>
    {
        T[] If(bool has, string name) => has ? arrays[name] : [];
        return new(
            Setting.Shape, Weights(arrays, ""), arrays["x"], If(Setting.HasInitial, "h0"),
            If(Setting.HasInitial && Setting.HasCell, "c0"), Setting.HasLengths ? arrays.Indices("lengths") : [], Keep);

        T Keep(int layer, int i)
        {
            var rate = T.CreateChecked(Setting.Dropout);
            var isDropped = rate > T.Zero && RandomReference.Unit<T>(i, Seed, Call + (ulong)layer) < rate;
            return isDropped ? T.Zero : T.One / (T.One - rate);
        }
    }

    /// <summary>The weights, or with a prefix their gradients.</summary>
    private protected StackWeights<T>[] Weights<T>(CaseArrays<T> arrays, string prefix)
        where T : IFloatingPointIeee754<T>
    {
        T[] If(string name) => name.Length > 0 ? arrays[prefix + name] : [];
        return [.. _names.Select(n => new StackWeights<T>(If(n.WeightIh), If(n.WeightHh), If(n.BiasIh), If(n.BiasHh), If(n.WeightHr)))];
    }

    private protected void Forward(KernelLibrary kernels, CaseViews views, in StackShape shape) =>
        kernels.RecurrentStack.Forward(
            shape, views["x"], Weights(views), views["tape"], If(views, Setting.HasInitial, "h0"),
            If(views, Setting.HasInitial && Setting.HasCell, "c0"), Lengths(views), views["output"], views["hn"],
            If(views, Setting.HasCell, "cn"), Dropout);

    private protected DirectionWeights[] Weights(CaseViews views)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            var names = _names[i];
            _weights[i] = new(
                View(views, names.WeightIh), View(views, names.WeightHh), View(views, names.BiasIh), View(views, names.BiasHh),
                View(views, names.WeightHr));
        }
        return _weights;
    }

    private protected ArrayView<int> Lengths(CaseViews views) => Setting.HasLengths ? views.Indices("lengths") : default;

    private protected static ArrayView<float> If(CaseViews views, bool has, string name) => has ? views[name] : default;

    private static ArrayView<float> View(CaseViews views, string name) => If(views, name.Length > 0, name);

    /// <summary>The operands of one direction of one layer.</summary>
    private protected readonly struct Names(int index, bool hasBias, bool hasProjection)
    {
        public string WeightIh { get; } = $"weightIh{index}";

        public string WeightHh { get; } = $"weightHh{index}";

        public string BiasIh { get; } = hasBias ? $"biasIh{index}" : "";

        public string BiasHh { get; } = hasBias ? $"biasHh{index}" : "";

        public string WeightHr { get; } = hasProjection ? $"weightHr{index}" : "";

        public IEnumerable<string> All => new[] { WeightIh, WeightHh, BiasIh, BiasHh, WeightHr }.Where(name => name.Length > 0);
    }
}

/// <summary>The gradients of stacked recurrent layers: the forward pass, then the backward pass over its tape.</summary>
public sealed class RecurrentStackBackwardCase : RecurrentStackCase
{
    private readonly bool _accumulates;
    private readonly Dictionary<string, string> _gradientNames = [];
    private readonly DirectionGradients[] _gradients;

    /// <summary>The backward pass.</summary>
    /// <param name="setting">Which layers.</param>
    /// <param name="accumulates">Whether the gradients of input and weights are added to what is there.</param>
    public RecurrentStackBackwardCase(StackSetting setting, bool accumulates)
        : base(setting, "recurrent-stack-backward", accumulates ? " accumulate" : "")
    {
        _accumulates = accumulates;
        _gradients = new DirectionGradients[setting.Count];
        Deferred(() =>
        {
            var data = new CaseData($"gradient of stack {setting}");
            Workspace("output", setting.Outputs);
            Workspace("hn", setting.States);
            Input("doutput", data.Uniform(setting.Outputs));
            Input("dhn", data.Uniform(setting.States));
            Output("dh0", setting.States);
            if (setting.HasCell)
            {
                Workspace("cn", setting.Cells);
                Input("dcn", data.Uniform(setting.Cells));
                Output("dc0", setting.Cells);
            }
            foreach (var operand in Operands.ToArray().Where(o => o.Name == "x" || Operand.ToArray().Any(n => n.All.Contains(o.Name))))
            {
                _gradientNames.Add(operand.Name, $"d{operand.Name}");
                if (accumulates)
                    InputOutput($"d{operand.Name}", data.Uniform(operand.Length));
                else
                    Output($"d{operand.Name}", operand.Length);
            }
        });
    }

    /// <inheritdoc/>
    public override KernelCase GradientOf => new RecurrentStackCase(Setting);

    /// <inheritdoc/>
    public override double Flops => 3 * base.Flops;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Setting.Shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (HasLayout)
            Launch(kernels, views, OtherLayout); // back by another way than forth
        return HasLayout;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        Reference(arrays).Backward(
            new(arrays["doutput"], arrays["dhn"], Setting.HasCell ? arrays["dcn"] : []), Weights(arrays, "d"), arrays["dx"],
            arrays["dh0"], Setting.HasCell ? arrays["dc0"] : []);

    private void Launch(KernelLibrary kernels, CaseViews views, in StackShape backward)
    {
        Forward(kernels, views, Setting.Shape);
        views["dhn"].CopyTo(views["dh0"]);
        if (Setting.HasCell)
            views["dcn"].CopyTo(views["dc0"]);
        for (var i = 0; i < _gradients.Length; i++)
        {
            var names = Operand[i];
            _gradients[i] = new(
                Target(views, names.WeightIh), Target(views, names.WeightHh), Target(views, names.BiasIh), Target(views, names.BiasHh),
                Target(views, names.WeightHr));
        }
        kernels.RecurrentStack.Backward(
            backward, views["x"], Weights(views), views["tape"], Lengths(views), views["doutput"], views["dh0"],
            If(views, Setting.HasCell, "dc0"), Target(views, "x"), _gradients, Dropout);
    }

    private GradientTarget Target(CaseViews views, string name) =>
        name.Length > 0 ? new(views[_gradientNames[name]], _accumulates) : default;
}

/// <summary>The sweep over stacked recurrent layers.</summary>
internal static class RecurrentStackCases
{
    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            var number = 0;
            foreach (var setting in Settings)
            {
                yield return new RecurrentStackCase(setting);
                yield return new RecurrentStackBackwardCase(setting, accumulates: number++ % 2 == 0);
            }
        }
    }

    /// <summary>Two layers in two directions, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var cell in new[] { RecurrentCell.Lstm, RecurrentCell.Gru })
            {
                var setting = Setting(cell, 32, 64, 256, 256, 2, 7); // batch first, bidirectional, biases
                yield return new RecurrentStackCase(setting);
                yield return new RecurrentStackBackwardCase(setting, accumulates: false);
            }
        }
    }

    /// <summary>Every option with every other, for every cell.</summary>
    private static IEnumerable<StackSetting> Settings
    {
        get
        {
            foreach (var cell in Enum.GetValues<RecurrentCell>())
            {
                for (var options = 0; options < 64; options++)
                {
                    var layers = 1 + (options + options / 8) % 3;
                    yield return Setting(cell, 3, 4, 3, 2, layers, options) with { IsQuick = options is 1 or 21 or 42 or 63 };
                }
                yield return Setting(cell, 2, 0, 3, 2, 2, 63);
                yield return Setting(cell, 1, 1, 1, 1, 2, 0);
                yield return Setting(cell, 5, 2, 17, 33, 4, 47);
                yield return Setting(cell, 17, 3, 33, 16, 2, 22);
                if (cell == RecurrentCell.Lstm)
                {
                    for (var options = 0; options < 64; options += 7)
                        yield return Setting(cell, 3, 4, 3, 2, 2, options, projection: 2) with { IsQuick = options is 21 or 63 };
                    yield return Setting(cell, 5, 2, 17, 33, 3, 63, projection: 9);
                }
            }
        }
    }

    private static StackSetting Setting(
        RecurrentCell cell, int batch, int steps, int hidden, int inputs, int layers, int options, int projection = 0)
    {
        bool Has(int option) => (options >> option & 1) != 0;
        var sequences = new SequenceShape(batch, steps, hidden) { BatchFirst = Has(0), Projection = projection };
        return new(new(cell, sequences, inputs) { Layers = layers, Directions = Has(1) ? 2 : 1 })
        {
            HasBias = Has(2),
            HasInitial = Has(3),
            HasLengths = Has(4),
            Dropout = Has(5) ? 0.3f : 0f,
        };
    }
}
