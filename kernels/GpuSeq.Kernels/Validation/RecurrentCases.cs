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

    internal int StateSize => Shape.Batch * Shape.Hidden;

    // The last row ends where its own elements do: the second direction's rows begin in the middle.
    internal int OutputSize =>
        Shape.Rows == 0 ? 0 : (Shape.Rows - 1) * (Shape.OutputStride > 0 ? Shape.OutputStride : Shape.Hidden) + Shape.Hidden;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(Cell == RecurrentCell.RnnRelu ? "relu " : "")}{Shape}{(Shape.OutputStride > 0 ? " strided" : "")}{(HasBias ? " bias" : "")}"
        + $"{(HasInitial ? " initial" : "")}{(HasLengths ? " lengths" : "")}{(Magnitude > 2 ? " large" : "")}";
}

/// <summary>One direction of one recurrent layer.</summary>
public class RecurrentCase : KernelCase
{
    private const double TermScale = 0.25; // of the sums over steps, whose terms may cancel

    /// <summary>The forward pass.</summary>
    public RecurrentCase(RecurrentSetting setting)
        : this(setting, setting.Kernel)
    {
        if (setting.Shape.OutputStride > 0) // gaps between the rows must stay as they are
            InputOutput("output", new CaseData(Name).Uniform(setting.OutputSize));
        else
            Output("output", setting.OutputSize);
        Output("hn", setting.StateSize);
        if (setting.Cell == RecurrentCell.Lstm)
            Output("cn", setting.StateSize);
    }

    private protected RecurrentCase(RecurrentSetting setting, string kernel, string option = "")
        : base(kernel, setting + option)
    {
        Setting = setting;
        IsQuick = setting.IsQuick;
        var data = new CaseData($"{setting.Kernel} {setting}");
        var scale = 1 / MathF.Sqrt(setting.Shape.Hidden);
        Input("gates", data.Uniform(setting.Shape.Rows * setting.Width, -setting.Magnitude, setting.Magnitude));
        Input("weightHh", data.Uniform(setting.Width * setting.Shape.Hidden, -scale, scale));
        if (setting.HasBias)
            Input("biasHh", data.Uniform(setting.Width));
        if (setting.HasInitial)
            Input("h0", data.Uniform(setting.StateSize));
        if (setting.HasInitial && setting.Cell == RecurrentCell.Lstm)
            Input("c0", data.Uniform(setting.StateSize));
        if (setting.HasLengths)
            Input("lengths", Lengths(data, setting.Shape));
        Tolerance = Tolerance.Rounding(setting.Width + setting.Shape.Rows, TermScale);
    }

    private protected RecurrentSetting Setting { get; }

    /// <inheritdoc/>
    public override double Flops => 2.0 * Setting.Shape.Rows * Setting.Width * Setting.Shape.Hidden;

    /// <inheritdoc/>
    public override bool OnlyLaunches => false;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Setting.Shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (!HasDirection)
            return false;
        Launch(kernels, views, Setting.Shape with { Reverse = !Setting.Shape.Reverse }); // the wrong way round
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        Reference(arrays).Forward(new(arrays["output"], arrays["hn"], IfAny(arrays, "cn")));

    private void Launch(KernelLibrary kernels, CaseViews views, SequenceShape shape)
    {
        using var scratch = new Scratch(kernels, Setting);
        views["gates"].CopyTo(scratch.Gates);
        Forward(kernels, views, shape, scratch.Tape(scratch.Gates), views["output"], views["hn"], IfAny(views, "cn"));
    }

    private protected RecurrentReference<T> Reference<T>(CaseArrays<T> arrays)
        where T : System.Numerics.IFloatingPointIeee754<T> => new(
            Setting.Cell, Setting.Shape,
            new(arrays["gates"], arrays["weightHh"], IfAny(arrays, "biasHh"), IfAny(arrays, "h0"), IfAny(arrays, "c0")),
            Setting.HasLengths ? arrays.Indices("lengths") : []);

    private protected void Forward(
        KernelLibrary kernels, CaseViews views, SequenceShape shape, in SequenceTape tape, ArrayView<float> output,
        ArrayView<float> hn, ArrayView<float> cn)
    {
        var (weight, bias, h0) = (views["weightHh"], IfAny(views, "biasHh"), IfAny(views, "h0"));
        var lengths = Lengths(views);
        if (Setting.Cell == RecurrentCell.Lstm)
            kernels.Lstm.Forward(shape, weight, bias, tape, h0, IfAny(views, "c0"), lengths, output, hn, cn);
        else if (Form is { } form)
            kernels.Gru.Forward(shape, form, weight, bias, tape, h0, lengths, output, hn);
        else
            kernels.Rnn.Forward(shape, IsRelu, weight, bias, tape, h0, lengths, output, hn);
    }

    // Whether the direction makes a difference: a rectified unit alone may be 0 at every step.
    private protected bool HasDirection =>
        (Setting.HasLengths ? Operands.Single(operand => operand.Name == "lengths").Ints!.Max() : Setting.Shape.Steps) > 1
        && !(IsRelu && Setting.Shape.Hidden == 1);

    private protected bool IsRelu => Setting.Cell == RecurrentCell.RnnRelu;

    private protected GruForm? Form => Setting.Cell switch
    {
        RecurrentCell.Gru => GruForm.ResetAfter,
        RecurrentCell.GruOriginal => GruForm.ResetBefore,
        _ => null,
    };

    private protected ArrayView<int> Lengths(CaseViews views) => Setting.HasLengths ? views.Indices("lengths") : default;

    private protected T[] IfAny<T>(CaseArrays<T> arrays, string name)
        where T : System.Numerics.IFloatingPointIeee754<T> => Has(name) ? arrays[name] : [];

    private protected ArrayView<float> IfAny(CaseViews views, string name) => Has(name) ? views[name] : default;

    private bool Has(string name) => Operands.Any(operand => operand.Name == name);

    // From the shortest to the longest that there may be.
    private static int[] Lengths(CaseData data, SequenceShape shape)
    {
        var lengths = data.Indices(shape.Batch, shape.Steps + 1);
        if (shape.Batch > 1)
            (lengths[0], lengths[^1]) = (0, shape.Steps);
        return lengths;
    }

    /// <summary>Memory between the passes. It begins as NaN, so that what is read without being written shows.</summary>
    private protected sealed class Scratch : IDisposable
    {
        private readonly MemoryBlock _memory;
        private readonly ArrayView<float> _state;
        private readonly ArrayView<float> _cell;
        private readonly ArrayView<float> _recurrent;

        public Scratch(KernelLibrary kernels, RecurrentSetting setting)
        {
            var shape = setting.Shape;
            var gates = shape.Rows * setting.Width;
            var states = shape.Rows * shape.Hidden;
            var length = 2 * gates + 2 * states + setting.OutputSize + 2 * setting.StateSize + shape.Rows;
            _memory = kernels.Pool.Rent(length * sizeof(float));
            var rest = _memory.View<float>(length);
            rest.CopyFromCPU(Enumerable.Repeat(float.NaN, length).ToArray());
            Gates = Take(gates);
            _state = Take(states);
            _cell = Take(setting.Cell == RecurrentCell.Lstm ? states : 0);
            _recurrent = Take(setting.Cell switch { RecurrentCell.Gru => gates, RecurrentCell.GruOriginal => states, _ => 0 });
            Output = Take(setting.OutputSize);
            Hn = Take(setting.StateSize);
            Cn = Take(setting.StateSize);
            Ones = Take(shape.Rows);
            Ones.CopyFromCPU(Enumerable.Repeat(1f, shape.Rows).ToArray());

            ArrayView<float> Take(int count)
            {
                var taken = rest.SubView(0, count);
                rest = rest.SubView(count);
                return taken;
            }
        }

        public ArrayView<float> Gates { get; }

        public ArrayView<float> Output { get; }

        public ArrayView<float> Hn { get; }

        public ArrayView<float> Cn { get; }

        /// <summary>[rows], to sum over rows with a matrix product.</summary>
        public ArrayView<float> Ones { get; }

        public SequenceTape Tape(ArrayView<float> gates) => new(gates, _state, _cell, _recurrent);

        public void Dispose() => _memory.Dispose();
    }
}

/// <summary>
/// The gradients of a recurrent layer: the forward pass, then the backward pass over its tape, then the gradients of weight
/// and bias as the engine computes them, with one matrix product over all steps.
/// </summary>
public sealed class RecurrentBackwardCase : RecurrentCase
{
    /// <summary>The backward pass.</summary>
    /// <param name="setting">Which layer.</param>
    /// <param name="hasOutputGradient">Whether the output has a gradient, or only the last state.</param>
    public RecurrentBackwardCase(RecurrentSetting setting, bool hasOutputGradient = true)
        : base(setting, $"{setting.Kernel}-backward", hasOutputGradient ? "" : " from the last state")
    {
        var data = new CaseData($"gradient of {setting}");
        if (hasOutputGradient)
            Input("doutput", data.Uniform(setting.OutputSize));
        Input("dhn", data.Uniform(setting.StateSize));
        Output("dgates", setting.Shape.Rows * setting.Width);
        Output("dh0", setting.StateSize);
        Output("dweightHh", setting.Width * setting.Shape.Hidden);
        if (setting.HasBias)
            Output("dbiasHh", setting.Width);
        if (setting.Cell == RecurrentCell.Lstm)
        {
            Input("dcn", data.Uniform(setting.StateSize));
            Output("dc0", setting.StateSize);
        }
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
        if (!HasDirection)
            return false;
        Launch(kernels, views, Setting.Shape with { Reverse = !Setting.Shape.Reverse }); // back the way the forward pass went
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) => Reference(arrays).Backward(
        new(IfAny(arrays, "doutput"), arrays["dhn"], IfAny(arrays, "dcn")),
        new(arrays["dgates"], arrays["dweightHh"], IfAny(arrays, "dbiasHh"), arrays["dh0"], IfAny(arrays, "dc0")));

    private void Launch(KernelLibrary kernels, CaseViews views, SequenceShape backward)
    {
        using var scratch = new Scratch(kernels, Setting);
        var tape = scratch.Tape(views["dgates"]);
        views["gates"].CopyTo(tape.Gates);
        Forward(kernels, views, Setting.Shape, tape, scratch.Output, scratch.Hn, scratch.Cn);
        var (weight, lengths, dOutput, dState) = (views["weightHh"], Lengths(views), IfAny(views, "doutput"), views["dh0"]);
        views["dhn"].CopyTo(dState);
        if (Setting.Cell == RecurrentCell.Lstm)
        {
            views["dcn"].CopyTo(views["dc0"]);
            kernels.Lstm.Backward(backward, weight, tape, lengths, dOutput, dState, views["dc0"]);
        }
        else if (Form is { } form)
        {
            kernels.Gru.Backward(backward, form, weight, tape, lengths, dOutput, dState);
        }
        else
        {
            kernels.Rnn.Backward(backward, IsRelu, weight, tape, lengths, dOutput, dState);
        }
        ParameterGradients(kernels, views, tape, scratch.Ones);
    }

    private void ParameterGradients(KernelLibrary kernels, CaseViews views, in SequenceTape tape, ArrayView<float> ones)
    {
        var (h, width, rows) = (Setting.Shape.Hidden, Setting.Width, Setting.Shape.Rows);
        var sums = Setting.Cell == RecurrentCell.Gru ? tape.Recurrent : tape.Gates;
        var isSplit = Setting.Cell == RecurrentCell.GruOriginal && rows > 0;
        var direct = isSplit ? 2 * h : width; // gates whose product is with the state itself
        var product = new GemmShape(direct, h, rows) { TransposeA = true, Lda = width };
        kernels.Gemm.Multiply(product, sums, tape.StateBefore, views["dweightHh"]);
        if (isSplit)
        {
            kernels.Gemm.Multiply(
                new GemmShape(h, h, rows) { TransposeA = true, Lda = width }, sums.SubView(direct), tape.Recurrent,
                views["dweightHh"].SubView(direct * h));
        }
        if (Setting.HasBias)
            kernels.Gemm.Multiply(new GemmShape(1, width, rows), ones, sums, views["dbiasHh"]);
    }
}

/// <summary>The sweep over recurrent layers.</summary>
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
}
