using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>What a forward pass over a sequence leaves for the backward pass, one row for each step and sequence.</summary>
/// <param name="Gates">
/// [rows, gates * H]. Before the forward pass the input's part of the sums, x W_ih^T + b_ih; after it the gates; after the
/// backward pass the gradients of the sums.
/// </param>
/// <param name="StateBefore">[rows, H], the state before each step.</param>
/// <param name="CellBefore">[rows, H], the LSTM's cell before each step; empty for other cells.</param>
/// <param name="Recurrent">[rows, gates * H], the GRU's sums over the state; empty for other cells.</param>
public readonly record struct SequenceTape(
    ArrayView<float> Gates, ArrayView<float> StateBefore, ArrayView<float> CellBefore = default, ArrayView<float> Recurrent = default);

/// <summary>
/// A long short-term memory over whole sequences: one matrix product and one fused <see cref="LstmCell"/> kernel a step.
/// Weights are PyTorch's: weight_hh [4 H, H], bias_hh [4 H], gates in the order i, f, g, o.
/// </summary>
public sealed class Lstm
{
    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<int>, CellStep> _forward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, CellStep> _backward;

    internal Lstm(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, ArrayView<int>, CellStep>(isRow ? LstmCell.ForwardRows : LstmCell.ForwardUnits);
        _backward = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<int>, CellStep>(isRow ? LstmCell.BackwardRows : LstmCell.BackwardUnits);
    }

    /// <summary>Runs all steps.</summary>
    /// <param name="shape">Sizes, layout and direction.</param>
    /// <param name="weightHh">[4 H, H].</param>
    /// <param name="biasHh">[4 H], or empty.</param>
    /// <param name="tape">Its gates hold x W_ih^T + b_ih.</param>
    /// <param name="h0">[B, H], or empty for zeros.</param>
    /// <param name="c0">[B, H], or empty for zeros.</param>
    /// <param name="lengths">[B], how many steps of each sequence count; empty for all.</param>
    /// <param name="output">Rows of H, one every OutputStride elements; zero where a sequence has ended.</param>
    /// <param name="hn">[B, H], the last state.</param>
    /// <param name="cn">[B, H], the last cell.</param>
    public void Forward(
        SequenceShape shape, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape, ArrayView<float> h0,
        ArrayView<float> c0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn, ArrayView<float> cn)
    {
        var cells = new CellSequence(_library, shape, gates: 4);
        if (!cells.Begin(tape.StateBefore, h0, hn) | !cells.Begin(tape.CellBefore, c0, cn))
            return;
        using var weight = _library.Gemm.Pack(weightHh, 4 * shape.Hidden, shape.Hidden, transposeB: true);
        for (var order = 0; order < shape.Steps; order++)
        {
            cells.MultiplyState(order, tape.StateBefore, weight, biasHh, tape.Gates);
            _forward(
                cells.Items, cells.Gates(order, tape.Gates), cells.State(order, tape.StateBefore), cells.State(order, tape.CellBefore),
                cells.NextState(order, tape.StateBefore, hn), cells.NextState(order, tape.CellBefore, cn),
                cells.Output(order, output), lengths, cells.Step(order));
        }
    }

    /// <summary>Runs all steps backwards. The gradients of weights, biases and input follow from the tape's gates.</summary>
    /// <param name="shape">As in the forward pass.</param>
    /// <param name="weightHh">[4 H, H].</param>
    /// <param name="tape">As the forward pass left it; its gates become the gradients of their sums.</param>
    /// <param name="lengths">As in the forward pass.</param>
    /// <param name="outputGradient">Laid out as the output; empty for none.</param>
    /// <param name="stateGradient">[B, H], in: the gradient of the last state, out: of the first.</param>
    /// <param name="cellGradient">[B, H], in: the gradient of the last cell, out: of the first.</param>
    public void Backward(
        SequenceShape shape, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient, ArrayView<float> cellGradient)
    {
        if (shape.Rows == 0)
            return;
        var cells = new CellSequence(_library, shape, gates: 4);
        using var weight = _library.Gemm.Pack(weightHh, shape.Hidden, 4 * shape.Hidden, transposeB: false);
        for (var order = shape.Steps - 1; order >= 0; order--)
        {
            _backward(
                cells.Items, cells.Gates(order, tape.Gates), cells.State(order, tape.CellBefore),
                cells.Output(order, outputGradient), stateGradient, cellGradient, lengths,
                cells.Step(order, outputGradient.Length > 0));
            cells.MultiplyGradient(order, tape.Gates, weight, stateGradient);
        }
    }
}
