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
/// A gated recurrent unit over whole sequences. Weights are PyTorch's: weight_hh [3 H, H], bias_hh [3 H], gates in the order
/// r, z, n. The tape's Recurrent is [rows, 3 H] for <see cref="GruForm.ResetAfter"/>, the sums over the state; and [rows, H]
/// for <see cref="GruForm.ResetBefore"/>, the state behind its reset gate.
/// </summary>
public sealed class Gru
{
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
        _forward = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<int>, CellStep>(isRow ? GruCell.ForwardRows : GruCell.ForwardUnits);
        _backward = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<int>, CellStep>(isRow ? GruCell.BackwardRows : GruCell.BackwardUnits);
        _reset = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>(
            isRow ? OriginalGruCell.ResetRows : OriginalGruCell.ResetUnits);
        _update = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>(
            isRow ? OriginalGruCell.UpdateRows : OriginalGruCell.UpdateUnits);
        _updateBackward = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>(
            isRow ? OriginalGruCell.UpdateBackwardRows : OriginalGruCell.UpdateBackwardUnits);
        _resetBackward = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep>(
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
    public void Forward(
        SequenceShape shape, GruForm form, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<float> h0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn)
    {
        var cells = Cells(shape, form);
        if (!cells.Begin(tape.StateBefore, h0, hn))
            return;
        if (form == GruForm.ResetAfter)
            ForwardResetAfter(shape, cells, weightHh, biasHh, tape, lengths, output, hn);
        else
            ForwardResetBefore(shape, cells, weightHh, biasHh, tape, lengths, output, hn);
    }

    private void ForwardResetAfter(
        SequenceShape shape, CellSequence cells, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn)
    {
        using var weight = _library.Gemm.Pack(weightHh, 3 * shape.Hidden, shape.Hidden, transposeB: true);
        for (var order = 0; order < shape.Steps; order++)
        {
            cells.MultiplyState(order, tape.StateBefore, weight, biasHh, tape.Recurrent, beta: 0f);
            _forward(
                cells.Items, cells.Gates(order, tape.Gates), cells.Recurrent(order, tape.Recurrent),
                cells.State(order, tape.StateBefore), cells.NextState(order, tape.StateBefore, hn), cells.Output(order, output),
                lengths, cells.Step(order));
        }
    }

    private void ForwardResetBefore(
        SequenceShape shape, CellSequence cells, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn)
    {
        var h = shape.Hidden;
        using var weightRz = _library.Gemm.Pack(weightHh, 2 * h, h, transposeB: true);
        using var weightN = _library.Gemm.Pack(weightHh.SubView(2L * h * h), h, h, transposeB: true);
        var biasN = biasHh.Length == 0 ? biasHh : biasHh.SubView(2L * h);
        for (var order = 0; order < shape.Steps; order++)
        {
            var before = cells.State(order, tape.StateBefore);
            var gates = cells.Gates(order, tape.Gates);
            var step = cells.Step(order);
            cells.MultiplyState(order, tape.StateBefore, weightRz, biasHh, tape.Gates);
            _reset(cells.Items, gates, cells.Recurrent(order, tape.Recurrent), before, lengths, step);
            cells.MultiplyState(order, tape.Recurrent, weightN, biasN, tape.Gates.SubView(2L * h));
            _update(
                cells.Items, gates, before, cells.NextState(order, tape.StateBefore, hn), cells.Output(order, output), lengths, step);
        }
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
    public void Backward(
        SequenceShape shape, GruForm form, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient)
    {
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
        using var weightN = _library.Gemm.Pack(weightHh.SubView(2L * h * h), h, h, transposeB: false);
        using var memory = _library.Pool.Rent((long)shape.Batch * h * sizeof(float));
        var resetStateGradient = memory.View<float>((long)shape.Batch * h);
        for (var order = shape.Steps - 1; order >= 0; order--)
        {
            var gates = cells.Gates(order, tape.Gates);
            var before = cells.State(order, tape.StateBefore);
            var step = cells.Step(order, outputGradient.Length > 0);
            _updateBackward(cells.Items, gates, before, cells.Output(order, outputGradient), stateGradient, lengths, step);
            cells.MultiplyGradient(order, tape.Gates.SubView(2L * h), weightN, resetStateGradient, beta: 0f);
            _resetBackward(cells.Items, gates, before, resetStateGradient, stateGradient, lengths, step);
            cells.MultiplyGradient(order, tape.Gates, weightRz, stateGradient);
        }
    }

    private CellSequence Cells(SequenceShape shape, GruForm form) =>
        new(_library, shape, gates: 3, RecurrentWidth(form, shape.Hidden));
}
