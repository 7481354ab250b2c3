using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// An Elman network over whole sequences: one matrix product and one fused <see cref="RnnCell"/> kernel a step. Weights are
/// PyTorch's: weight_hh [H, H], bias_hh [H].
/// </summary>
public sealed class Rnn
{
    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>,
        CellStep, int> _forward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep, int> _backward;

    internal Rnn(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep, int>(
            isRow ? RnnCell.ForwardRows : RnnCell.ForwardUnits);
        _backward = library.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep, int>(
            isRow ? RnnCell.BackwardRows : RnnCell.BackwardUnits);
    }

    /// <summary>Runs all steps.</summary>
    /// <param name="shape">Sizes, layout and direction.</param>
    /// <param name="isRelu">Whether the unit is max(0, s) instead of tanh s.</param>
    /// <param name="weightHh">[H, H].</param>
    /// <param name="biasHh">[H], or empty.</param>
    /// <param name="tape">Its gates hold x W_ih^T + b_ih.</param>
    /// <param name="h0">[B, H], or empty for zeros.</param>
    /// <param name="lengths">[B], how many steps of each sequence count; empty for all.</param>
    /// <param name="output">Rows of H, one every OutputStride elements; zero where a sequence has ended.</param>
    /// <param name="hn">[B, H], the last state.</param>
    public void Forward(
        SequenceShape shape, bool isRelu, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<float> h0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn)
    {
        var cells = new CellSequence(_library, shape, gates: 1);
        if (!cells.Begin(tape.StateBefore, h0, hn))
            return;
        using var weight = _library.Gemm.Pack(weightHh, shape.Hidden, shape.Hidden, transposeB: true);
        for (var order = 0; order < shape.Steps; order++)
        {
            cells.MultiplyState(order, tape.StateBefore, weight, biasHh, tape.Gates);
            _forward(
                cells.Items, cells.Gates(order, tape.Gates), cells.State(order, tape.StateBefore),
                cells.NextState(order, tape.StateBefore, hn), cells.Output(order, output), lengths, cells.Step(order), isRelu ? 1 : 0);
        }
    }

    /// <summary>Runs all steps backwards. The gradients of weights, biases and input follow from the tape's gates.</summary>
    /// <param name="shape">As in the forward pass.</param>
    /// <param name="isRelu">As in the forward pass.</param>
    /// <param name="weightHh">[H, H].</param>
    /// <param name="tape">As the forward pass left it; its gates become the gradients of their sums.</param>
    /// <param name="lengths">As in the forward pass.</param>
    /// <param name="outputGradient">Laid out as the output; empty for none.</param>
    /// <param name="stateGradient">[B, H], in: the gradient of the last state, out: of the first.</param>
    public void Backward(
        SequenceShape shape, bool isRelu, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient)
    {
        if (shape.Rows == 0)
            return;
        var cells = new CellSequence(_library, shape, gates: 1);
        using var weight = _library.Gemm.Pack(weightHh, shape.Hidden, shape.Hidden, transposeB: false);
        for (var order = shape.Steps - 1; order >= 0; order--)
        {
            _backward(
                cells.Items, cells.Gates(order, tape.Gates), cells.Output(order, outputGradient), stateGradient, lengths,
                cells.Step(order, outputGradient.Length > 0), isRelu ? 1 : 0);
            cells.MultiplyGradient(order, tape.Gates, weight, stateGradient);
        }
    }
}
