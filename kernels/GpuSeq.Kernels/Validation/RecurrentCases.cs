using System.Numerics;
using GpuSeq.Kernels.Reference;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Validation;

/// <summary>A recurrent layer and its options.</summary>
/// <param name="Cell">Which cell.</param>
/// <param name="Shape">Sizes, layout and direction.</param>
public sealed record RecurrentSetting(RecurrentCell Cell, SequenceShape Shape)
{
    /// <summary>Whether there is a bias.</summary>
    public bool HasBias { get; init; }

    /// <summary>Whether the initial state is given.</summary>
    public bool HasInitial { get; init; }

    /// <summary>Whether the sequences have lengths of their own.</summary>
    public bool HasLengths { get; init; }

    /// <summary>How far the input's part of the sums goes from 0.</summary>
    public float Magnitude { get; init; } = 2f;

    /// <summary>Whether most units are at the ends of their range.</summary>
    public bool Saturates => Magnitude > 2f;

    /// <summary>Whether it belongs to the quick check.</summary>
    public bool IsQuick { get; init; }

    internal string Kernel => Cell switch
    {
        RecurrentCell.Lstm => "lstm",
        RecurrentCell.Gru => "gru",
        RecurrentCell.GruOriginal => "gru-original",
        _ => "rnn",
    };

    internal int Width => RecurrentReference<double>.GateCount(Cell) * Shape.Hidden;

    internal bool HasCell => Cell == RecurrentCell.Lstm;

    internal int StateSize => Shape.Batch * Shape.StateWidth;

    internal int CellSize => Shape.Batch * Shape.Hidden;

    internal bool HasProjection => Shape.Projection > 0;

    // The last row ends where its own elements do: the second direction's rows begin in the middle.
    internal int OutputSize =>
        Shape.Rows == 0 ? 0 : (Shape.Rows - 1) * (Shape.OutputStride > 0 ? Shape.OutputStride : Shape.StateWidth) + Shape.StateWidth;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(Cell == RecurrentCell.RnnRelu ? "relu " : "")}{Shape}{(HasProjection ? " projection" : "")}"
        + $"{(Shape.OutputStride > 0 ? " strided" : "")}{(HasBias ? " bias" : "")}"
        + $"{(HasInitial ? " initial" : "")}{(HasLengths ? " lengths" : "")}{(Saturates ? " large" : "")}";
}

/// <summary>One direction of one recurrent layer.</summary>
public class RecurrentCase : KernelCase
{
    private const double TermScale = 0.25; // of the sums over steps, whose terms may cancel
    private const double SaturatedScale = 4; // 1 - y^2 of a saturated unit is all rounding, and is summed over steps and sequences

    /// <summary>The forward pass.</summary>
    public RecurrentCase(RecurrentSetting setting)
        : this(setting, setting.Kernel)
    {
        Deferred(() =>
        {
            Workspace("tapeGates", setting.Shape.Rows * setting.Width);
            if (setting.Shape.OutputStride > 0) // gaps between the rows must stay as they are
                InputOutput("output", new CaseData(Name).Uniform(setting.OutputSize));
            else
                Output("output", setting.OutputSize);
            Output("hn", setting.StateSize);
            if (setting.HasCell)
                Output("cn", setting.CellSize);
        });
    }

    private protected RecurrentCase(RecurrentSetting setting, string kernel, string option = "")
        : base(kernel, setting + option)
    {
        Setting = setting;
        IsQuick = setting.IsQuick;
        Deferred(() =>
        {
            var data = new CaseData($"{setting.Kernel} {setting}");
            var shape = setting.Shape;
            var scale = 1 / MathF.Sqrt(shape.Hidden);
            Input("gates", data.Uniform(shape.Rows * setting.Width, -setting.Magnitude, setting.Magnitude));
            Input("weightHh", data.Uniform(setting.Width * shape.StateWidth, -scale, scale));
            if (setting.HasProjection)
                Input("weightHr", data.Uniform(shape.Projection * shape.Hidden, -1.5f * scale, 1.5f * scale));
            if (setting.HasBias)
                Input("biasHh", data.Uniform(setting.Width));
            if (setting.HasInitial)
                Input("h0", data.Uniform(setting.StateSize));
            if (setting.HasInitial && setting.HasCell)
                Input("c0", data.Uniform(setting.CellSize));
            Longest = shape.Steps;
            if (setting.HasLengths)
            {
                var lengths = Lengths(data, shape);
                Longest = lengths.Max();
                Input("lengths", lengths);
            }
            Workspace("stateBefore", shape.Rows * shape.StateWidth);
            if (setting.HasCell)
                Workspace("cellBefore", shape.Rows * shape.Hidden);
            if (Form is { } form)
                Workspace("recurrent", shape.Rows * Gru.RecurrentWidth(form, shape.Hidden));
            if (setting.HasProjection)
            {
                Workspace("unprojected", shape.Rows * shape.Hidden);
                Workspace("projected", shape.Rows * shape.Projection);
            }
        });
        Tolerance = Tolerance.Rounding(setting.Width + setting.Shape.Rows, setting.Saturates ? SaturatedScale : TermScale);
    }

    private protected RecurrentSetting Setting { get; }

    private protected int Longest { get; private set; }

    // Whether the direction makes a difference: a rectified unit alone may be 0 at every step.
    private protected bool HasDirection => Longest > 1 && !(IsRelu && Setting.Shape.Hidden == 1);

    private protected bool IsRelu => Setting.Cell == RecurrentCell.RnnRelu;

    private protected GruForm? Form => Setting.Cell switch
    {
        RecurrentCell.Gru => GruForm.ResetAfter,
        RecurrentCell.GruOriginal => GruForm.ResetBefore,
        _ => null,
    };

    /// <inheritdoc/>
    public override double Flops
    {
        get
        {
            var shape = Setting.Shape;
            return 2.0 * shape.Rows * ((double)Setting.Width * shape.StateWidth + (double)shape.Projection * shape.Hidden);
        }
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Setting.Shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (HasDirection)
            Launch(kernels, views, Setting.Shape with { Reverse = !Setting.Shape.Reverse }); // the wrong way round
        return HasDirection;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        Reference(arrays).Forward(new(arrays["output"], arrays["hn"], Setting.HasCell ? arrays["cn"] : []));

    private void Launch(KernelLibrary kernels, CaseViews views, SequenceShape shape) => Forward(kernels, views, shape, "tapeGates");

    /// <summary>The definition over the operands that both passes read.</summary>
    private protected RecurrentReference<T> Reference<T>(CaseArrays<T> arrays)
        where T : IFloatingPointIeee754<T>
    {
        T[] If(bool has, string name) => has ? arrays[name] : [];
        var operands = new RecurrentOperands<T>(
            arrays["gates"], arrays["weightHh"], If(Setting.HasBias, "biasHh"), If(Setting.HasInitial, "h0"),
            If(Setting.HasInitial && Setting.HasCell, "c0"), If(Setting.HasProjection, "weightHr"));
        return new(Setting.Cell, Setting.Shape, operands, Setting.HasLengths ? arrays.Indices("lengths") : []);
    }

    /// <summary>Runs the forward pass.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="views">The operands, those of the results included.</param>
    /// <param name="shape">The shape, which may be a wrong one.</param>
    /// <param name="tapeGates">Where the gates stand during the passes.</param>
    /// <returns>The tape.</returns>
    private protected SequenceTape Forward(KernelLibrary kernels, CaseViews views, SequenceShape shape, string tapeGates)
    {
        var tape = new SequenceTape(
            views[tapeGates], views["stateBefore"], If(views, Setting.HasCell, "cellBefore"), If(views, Form is not null, "recurrent"),
            If(views, Setting.HasProjection, "unprojected"), If(views, Setting.HasProjection, "projected"));
        views["gates"].CopyTo(tape.Gates);
        var (weight, bias, lengths) = (views["weightHh"], If(views, Setting.HasBias, "biasHh"), Lengths(views));
        var (h0, output, hn) = (If(views, Setting.HasInitial, "h0"), views["output"], views["hn"]);
        if (Setting.HasCell)
        {
            kernels.Lstm.Forward(
                shape, weight, bias, tape, h0, If(views, Setting.HasInitial, "c0"), lengths, output, hn, views["cn"],
                If(views, Setting.HasProjection, "weightHr"));
        }
        else if (Form is { } form)
        {
            kernels.Gru.Forward(shape, form, weight, bias, tape, h0, lengths, output, hn);
        }
        else
        {
            kernels.Rnn.Forward(shape, IsRelu, weight, bias, tape, h0, lengths, output, hn);
        }
        return tape;
    }

    private protected ArrayView<int> Lengths(CaseViews views) => Setting.HasLengths ? views.Indices("lengths") : default;

    private protected static ArrayView<float> If(CaseViews views, bool has, string name) => has ? views[name] : default;

    // From the shortest to the longest that there may be.
    internal static int[] Lengths(CaseData data, SequenceShape shape)
    {
        var lengths = data.Indices(shape.Batch, shape.Steps + 1);
        if (shape.Batch > 1)
            (lengths[0], lengths[^1]) = (0, shape.Steps);
        return lengths;
    }
}

/// <summary>
/// The gradients of a recurrent layer: the forward pass, then the backward pass over its tape, then the gradients of weight
/// and bias as the engine computes them, with one matrix product over all steps.
/// </summary>
public sealed class RecurrentBackwardCase : RecurrentCase
{
    private readonly bool _hasOutputGradient;

    /// <summary>The backward pass.</summary>
    /// <param name="setting">Which layer.</param>
    /// <param name="hasOutputGradient">Whether the output has a gradient, or only the last state.</param>
    public RecurrentBackwardCase(RecurrentSetting setting, bool hasOutputGradient = true)
        : base(setting, $"{setting.Kernel}-backward", hasOutputGradient ? "" : " from the last state")
    {
        _hasOutputGradient = hasOutputGradient;
        Deferred(() =>
        {
            var data = new CaseData($"gradient of {setting}");
            Workspace("output", setting.OutputSize);
            Workspace("hn", setting.StateSize);
            if (hasOutputGradient)
                Input("doutput", data.Uniform(setting.OutputSize));
            Input("dhn", data.Uniform(setting.StateSize));
            Output("dgates", setting.Shape.Rows * setting.Width);
            Output("dh0", setting.StateSize);
            Output("dweightHh", setting.Width * setting.Shape.StateWidth);
            if (setting.HasProjection)
                Output("dweightHr", setting.Shape.Projection * setting.Shape.Hidden);
            if (setting.HasCell)
            {
                Workspace("cn", setting.CellSize);
                Input("dcn", data.Uniform(setting.CellSize));
                Output("dc0", setting.CellSize);
            }
            if (setting.HasBias)
            {
                Input("ones", [.. Enumerable.Repeat(1f, setting.Shape.Rows)]); // sum over rows in a matrix product
                Output("dbiasHh", setting.Width);
            }
        });
    }

    /// <inheritdoc/>
    public override KernelCase GradientOf => new RecurrentCase(Setting);

    /// <inheritdoc/>
    public override double Flops => 3 * base.Flops;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Setting.Shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (HasDirection)
            Launch(kernels, views, Setting.Shape with { Reverse = !Setting.Shape.Reverse }); // back the way the forward pass went
        return HasDirection;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        T[] If(bool has, string name) => has ? arrays[name] : [];
        Reference(arrays).Backward(
            new(If(_hasOutputGradient, "doutput"), arrays["dhn"], If(Setting.HasCell, "dcn")),
            new(arrays["dgates"], arrays["dweightHh"], If(Setting.HasBias, "dbiasHh"), arrays["dh0"], If(Setting.HasCell, "dc0"),
                If(Setting.HasProjection, "dweightHr")));
    }

    private void Launch(KernelLibrary kernels, CaseViews views, SequenceShape backward)
    {
        var tape = Forward(kernels, views, Setting.Shape, "dgates");
        var (weight, lengths) = (views["weightHh"], Lengths(views));
        var (dOutput, dState) = (If(views, _hasOutputGradient, "doutput"), views["dh0"]);
        views["dhn"].CopyTo(dState);
        if (Setting.HasCell)
        {
            views["dcn"].CopyTo(views["dc0"]);
            kernels.Lstm.Backward(
                backward, weight, tape, lengths, dOutput, dState, views["dc0"], If(views, Setting.HasProjection, "weightHr"));
        }
        else if (Form is { } form)
        {
            kernels.Gru.Backward(backward, form, weight, tape, lengths, dOutput, dState);
        }
        else
        {
            kernels.Rnn.Backward(backward, IsRelu, weight, tape, lengths, dOutput, dState);
        }
        ParameterGradients(kernels.Gemm, views, tape);
    }

    private void ParameterGradients(Gemm gemm, CaseViews views, in SequenceTape tape)
    {
        var (h, width, rows) = (Setting.Shape.StateWidth, Setting.Width, Setting.Shape.Rows);
        var sums = Setting.Cell == RecurrentCell.Gru ? tape.Recurrent : tape.Gates;
        var isSplit = Setting.Cell == RecurrentCell.GruOriginal && rows > 0;
        var direct = isSplit ? 2 * h : width; // gates whose product is with the state itself
        gemm.Multiply(new(direct, h, rows) { TransposeA = true, Lda = width }, sums, tape.StateBefore, views["dweightHh"]);
        if (isSplit)
        {
            gemm.Multiply(
                new(h, h, rows) { TransposeA = true, Lda = width }, sums.SubView(direct), tape.Recurrent,
                views["dweightHh"].SubView(direct * h));
        }
        if (Setting.HasProjection)
        {
            gemm.Multiply(
                new(h, Setting.Shape.Hidden, rows) { TransposeA = true }, tape.Projected, tape.Unprojected, views["dweightHr"]);
        }
        if (Setting.HasBias)
            gemm.Multiply(new(1, width, rows), views["ones"], sums, views["dbiasHh"]);
    }
}

/// <summary>The sweep over recurrent layers, their steps and their stacks.</summary>
public static class RecurrentCases
{
    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var cell in Enum.GetValues<RecurrentCell>())
            {
                foreach (var setting in Settings(cell))
                {
                    yield return new RecurrentCase(setting);
                    yield return new RecurrentBackwardCase(setting);
                }
                yield return new RecurrentBackwardCase(Setting(cell, 5, 2, 8, 63) with { IsQuick = true }, hasOutputGradient: false);
            }
            foreach (var setting in Projections())
            {
                yield return new RecurrentCase(setting);
                yield return new RecurrentBackwardCase(setting);
                if (setting.IsQuick)
                    yield return new RecurrentBackwardCase(setting, hasOutputGradient: false);
            }
            foreach (var kernelCase in RecurrentStepCases.All.Concat(RecurrentStackCases.All))
                yield return kernelCase;
        }
    }

    private static IEnumerable<RecurrentSetting> Settings(RecurrentCell cell)
    {
        // Every option with every other; quick are 8 that have every pair of options with and without each.
        for (var options = 0; options < 64; options++)
        {
            var (a, b, c) = (options & 1, options >> 1 & 1, options >> 2 & 1);
            var isPairwise = options >> 3 == ((a ^ b) | (a ^ c) << 1 | (b ^ c) << 2);
            yield return Setting(cell, 3, 7, 3, options) with { IsQuick = isPairwise };
        }

        // Every size with options that change from size to size.
        var size = 0;
        foreach (var batch in new[] { 1, 3, 5 })
        {
            foreach (var steps in new[] { 0, 1, 2, 7 })
            {
                foreach (var hidden in new[] { 1, 3, 8, 17, 33 })
                {
                    var isQuick = batch == 5 && steps <= 2 && hidden <= 17;
                    yield return Setting(cell, batch, steps, hidden, 21 * size % 64) with { IsQuick = isQuick };
                    yield return Setting(cell, batch, steps, hidden, ~(21 * size++) & 63) with { IsQuick = isQuick };
                }
            }
        }
        foreach (var options in new[] { 0, 25, 63 })
        {
            yield return Setting(cell, 5, 7, 17, options) with { Magnitude = 60f, IsQuick = options == 63 };
            yield return Setting(cell, 130, 2, 33, options) with { IsQuick = options == 25 }; // several work items for the rows
        }
    }

    // LSTMs whose state is smaller than the cell, as large, or larger.
    private static IEnumerable<RecurrentSetting> Projections()
    {
        for (var options = 0; options < 64; options++)
            yield return Projection(3, 4, 5, 2, options) with { IsQuick = options is 0 or 25 or 38 or 63 };
        var size = 0;
        foreach (var (batch, steps, hidden, projection) in new[]
        {
            (1, 1, 1, 1), (1, 2, 3, 1), (5, 0, 8, 3), (2, 3, 8, 8), (3, 2, 17, 16), (3, 3, 16, 17), (5, 2, 8, 33), (130, 2, 33, 7),
        })
        {
            yield return Projection(batch, steps, hidden, projection, 21 * size % 64);
            yield return Projection(batch, steps, hidden, projection, ~(21 * size++) & 63);
        }

        static RecurrentSetting Projection(int batch, int steps, int hidden, int projection, int options)
        {
            var setting = Setting(RecurrentCell.Lstm, batch, steps, hidden, options);
            var stride = setting.Shape.OutputStride > 0 ? 2 * projection : 0;
            return setting with { Shape = setting.Shape with { Projection = projection, OutputStride = stride } };
        }
    }

    private static RecurrentSetting Setting(RecurrentCell cell, int batch, int steps, int hidden, int options)
    {
        bool Has(int option) => (options >> option & 1) != 0;
        var shape = new SequenceShape(batch, steps, hidden)
        {
            BatchFirst = Has(0),
            Reverse = Has(1),
            OutputStride = Has(2) ? 2 * hidden : 0,
        };
        return new(cell, shape) { HasBias = Has(3), HasInitial = Has(4), HasLengths = Has(5) };
    }

    /// <summary>Layers of 512 units over 64 sequences of 64 steps, and stacks, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var cell in new[] { RecurrentCell.RnnTanh, RecurrentCell.Lstm, RecurrentCell.Gru, RecurrentCell.GruOriginal })
            {
                var setting = new RecurrentSetting(cell, new(64, 64, 512)) { HasBias = true };
                yield return new RecurrentCase(setting);
                yield return new RecurrentBackwardCase(setting);
            }
            var projection = new RecurrentSetting(RecurrentCell.Lstm, new(64, 64, 512) { Projection = 128 }) { HasBias = true };
            yield return new RecurrentCase(projection);
            yield return new RecurrentBackwardCase(projection);
            foreach (var step in RecurrentStepCases.Benchmarks)
                yield return step;
            foreach (var stack in RecurrentStackCases.Benchmarks)
                yield return stack;
        }
    }
}
