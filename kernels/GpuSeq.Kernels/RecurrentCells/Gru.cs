using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>The two forms of the gated recurrent unit.</summary>
public enum GruForm
{
    /// <summary>The reset gate scales the product of the state: PyTorch's and cuDNN's form.</summary>
    ResetAfter,

    /// <summary>The reset gate scales the state before the product: the original form.</summary>
    ResetBefore,
}

/// <summary>
/// A gated recurrent unit over whole sequences or step by step. Weights are PyTorch's: weight_hh [3 H, H], bias_hh [3 H],
/// gates in the order r, z, n. The tape's Recurrent is [rows, 3 H] for <see cref="GruForm.ResetAfter"/>, the sums over the
/// state; and [rows, H] for <see cref="GruForm.ResetBefore"/>, the state behind its reset gate.
/// </summary>
public sealed class Gru
{
    private const int Gates = 3;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, CellStep> _forward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, CellStep> _backward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep> _reset;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>
        _update;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>
        _updateBackward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>
        _resetBackward;

    internal Gru(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<int>, CellStep>(isRow ? GruCell.ForwardRows : GruCell.ForwardUnits);
        _backward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<int>, CellStep>(isRow ? GruCell.BackwardRows : GruCell.BackwardUnits);
        _reset = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>(
            isRow ? OriginalGruCell.ResetRows : OriginalGruCell.ResetUnits);
        _update = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>(
            isRow ? OriginalGruCell.UpdateRows : OriginalGruCell.UpdateUnits);
        _updateBackward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>(
            isRow ? OriginalGruCell.UpdateBackwardRows : OriginalGruCell.UpdateBackwardUnits);
        _resetBackward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>(
            isRow ? OriginalGruCell.ResetBackwardRows : OriginalGruCell.ResetBackwardUnits);
    }

    /// <summary>The width of the tape's Recurrent rows.</summary>
    public static int RecurrentWidth(GruForm form, int hidden) => form == GruForm.ResetAfter ? 3 * hidden : hidden;

    /// <summary>Runs all steps.</summary>
    /// <param name="shape">Sizes, layout and direction.</param>
    /// <param name="form">Where the reset gate stands.</param>
    /// <param name="weightHh">[3 H, H].</param>
    /// <param name="biasHh">[3 H], or empty.</param>
    /// <param name="tape">Its gates hold x W_ih^T + b_ih.</param>
    /// <param name="h0">[B, H], or empty for zeros.</param>
    /// <param name="lengths">[B], how many steps of each sequence count; empty for all.</param>
    /// <param name="output">Rows of H, one every OutputStride elements; zero where a sequence has ended.</param>
    /// <param name="hn">[B, H], the last state.</param>
    /// <exception cref="ArgumentException">An operand is too short for the shape.</exception>
    public void Forward(
        SequenceShape shape, GruForm form, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<float> h0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn)
    {
        var check = Check("Gru", shape, form, weightHh, biasHh, tape);
        check.MayHave("h0", h0.Length, (long)shape.Batch * shape.Hidden);
        check.Sequences("the output", output.Length, "the last state", hn.Length, lengths.Length);
        var cells = Cells(shape, form);
        if (!cells.Begin(tape.StateBefore, h0, hn))
            return;
        using var weights = Pack(form, weightHh, shape.Hidden);
        for (var order = 0; order < shape.Steps; order++)
            Step(cells, order, form, weights, biasHh, tape, lengths, output, hn);
    }

    /// <summary>Lays out weights for single steps.</summary>
    /// <param name="form">Where the reset gate stands.</param>
    /// <param name="weightHh">[3 H, H]; they must not change while the result is in use.</param>
    /// <param name="hidden">H.</param>
    public PackedCell Pack(GruForm form, ArrayView<float> weightHh, int hidden)
    {
        var gemm = _library.Gemm;
        if (form == GruForm.ResetAfter)
            return new(gemm.Pack(weightHh, Gates * hidden, hidden, transposeB: true));
        var candidate = weightHh.From(2L * hidden * hidden);
        return new(gemm.Pack(weightHh, 2 * hidden, hidden, transposeB: true), gemm.Pack(candidate, hidden, hidden, transposeB: true));
    }

    /// <summary>Runs one step, as a decoder does.</summary>
    /// <param name="batch">B, the number of sequences.</param>
    /// <param name="form">As the weights were laid out.</param>
    /// <param name="weights">The weights of the state.</param>
    /// <param name="biasHh">[3 H], or empty.</param>
    /// <param name="gates">[B, 3 H], in: x W_ih^T + b_ih; what it holds afterwards means nothing.</param>
    /// <param name="h">[B, H], in: the state before the step, out: after it.</param>
    /// <exception cref="ArgumentException">An operand is too short.</exception>
    public void Step(
        int batch, GruForm form, in PackedCell weights, ArrayView<float> biasHh, ArrayView<float> gates, ArrayView<float> h)
    {
        var shape = new SequenceShape(batch, 1, weights.State.K);
        var sums = (long)batch * RecurrentWidth(form, shape.Hidden);
        using var memory = _library.Pool.Rent(sums * sizeof(float));
        var tape = new SequenceTape(gates, h, default, memory.View<float>(sums));
        var check = new CellCheck("Gru step", shape);
        check.MayHave("bias_hh", biasHh.Length, Gates * shape.Hidden);
        check.Tape(Gates, tape);
        if (batch > 0)
            Step(Cells(shape, form), 0, form, weights, biasHh, tape, default, h, h);
    }

    private void Step(
        CellSequence cells, int order, GruForm form, in PackedCell weights, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn)
    {
        var gates = cells.Gates(order, tape.Gates);
        var recurrent = cells.Recurrent(order, tape.Recurrent);
        var before = cells.State(order, tape.StateBefore);
        var after = cells.NextState(order, tape.StateBefore, hn);
        var step = cells.Step(order);
        if (form == GruForm.ResetAfter)
        {
            cells.Multiply(order, tape.StateBefore, weights.State, biasHh, tape.Recurrent, beta: 0f);
            _forward(cells.Items, gates, recurrent, before, after, cells.Output(order, output), lengths, step);
            return;
        }
        var candidate = 2 * weights.Second.K; // where the candidate's sums begin
        cells.Multiply(order, tape.StateBefore, weights.State, biasHh, tape.Gates);
        _reset(cells.Items, gates, recurrent, before, lengths, step);
        cells.Multiply(
            order, tape.Recurrent, weights.Second, biasHh.From(candidate), tape.Gates.From(candidate));
        _update(cells.Items, gates, before, after, cells.Output(order, output), lengths, step);
    }

    /// <summary>
    /// Runs all steps backwards. The tape's gates become the gradients of the sums over the input; for
    /// <see cref="GruForm.ResetAfter"/>, Recurrent becomes those of the sums over the state.
    /// </summary>
    /// <param name="shape">As in the forward pass.</param>
    /// <param name="form">As in the forward pass.</param>
    /// <param name="weightHh">[3 H, H].</param>
    /// <param name="tape">As the forward pass left it.</param>
    /// <param name="lengths">As in the forward pass.</param>
    /// <param name="outputGradient">Laid out as the output; empty for none.</param>
    /// <param name="stateGradient">[B, H], in: the gradient of the last state, out: of the first.</param>
    /// <exception cref="ArgumentException">An operand is too short for the shape.</exception>
    public void Backward(
        SequenceShape shape, GruForm form, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient)
    {
        var check = Check("Gru backward", shape, form, weightHh, default, tape);
        check.Sequences("the output's gradient", outputGradient.Length, "the state's gradient", stateGradient.Length, lengths.Length);
        if (shape.Rows == 0)
            return;
        var cells = Cells(shape, form);
        if (form == GruForm.ResetAfter)
            BackwardResetAfter(shape, cells, weightHh, tape, lengths, outputGradient, stateGradient);
        else
            BackwardResetBefore(shape, cells, weightHh, tape, lengths, outputGradient, stateGradient);
    }

    private void BackwardResetAfter(
        SequenceShape shape, CellSequence cells, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient)
    {
        using var weight = _library.Gemm.Pack(weightHh, shape.Hidden, 3 * shape.Hidden, transposeB: false);
        for (var order = shape.Steps - 1; order >= 0; order--)
        {
            _backward(
                cells.Items, cells.Gates(order, tape.Gates), cells.Recurrent(order, tape.Recurrent),
                cells.State(order, tape.StateBefore), cells.Output(order, outputGradient), stateGradient, lengths,
                cells.Step(order, outputGradient.Length > 0));
            cells.MultiplyGradient(order, tape.Recurrent, weight, stateGradient);
        }
    }

    private void BackwardResetBefore(
        SequenceShape shape, CellSequence cells, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient)
    {
        var h = shape.Hidden;
        using var weightRz = _library.Gemm.Pack(weightHh, h, 2 * h, transposeB: false);
        using var weightN = _library.Gemm.Pack(weightHh.From(2L * h * h), h, h, transposeB: false);
        using var memory = _library.Pool.Rent((long)shape.Batch * h * sizeof(float));
        var resetStateGradient = memory.View<float>((long)shape.Batch * h);
        for (var order = shape.Steps - 1; order >= 0; order--)
        {
            var gates = cells.Gates(order, tape.Gates);
            var before = cells.State(order, tape.StateBefore);
            var step = cells.Step(order, outputGradient.Length > 0);
            _updateBackward(cells.Items, gates, before, cells.Output(order, outputGradient), stateGradient, lengths, step);
            cells.MultiplyGradient(order, tape.Gates.From(2L * h), weightN, resetStateGradient, beta: 0f);
            _resetBackward(cells.Items, gates, before, resetStateGradient, stateGradient, lengths, step);
            cells.MultiplyGradient(order, tape.Gates, weightRz, stateGradient);
        }
    }

    private CellSequence Cells(SequenceShape shape, GruForm form) =>
        new(_library, shape, Gates, RecurrentWidth(form, shape.Hidden));

    private static CellCheck Check(
        string operation, SequenceShape shape, GruForm form, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape)
    {
        var check = new CellCheck(operation, shape);
        check.HasNoProjection();
        check.Weights(Gates, weightHh.Length, biasHh.Length);
        check.Tape(Gates, tape);
        check.Needs("the tape's recurrent sums", tape.Recurrent.Length, (long)shape.Rows * RecurrentWidth(form, shape.Hidden));
        return check;
    }
}
