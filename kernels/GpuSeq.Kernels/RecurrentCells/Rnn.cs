using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// An Elman network over whole sequences or step by step: one matrix product and one fused <see cref="RnnCell"/> kernel a
/// step. Weights are PyTorch's: weight_hh [H, H], bias_hh [H].
/// </summary>
public sealed class Rnn
{
    private readonly KernelLibrary _library;
    private readonly RnnStep _step;

    internal Rnn(KernelLibrary library)
    {
        _library = library;
        _step = new(library);
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
    /// <exception cref="ArgumentException">An operand is too short for the shape.</exception>
    public void Forward(
        SequenceShape shape, bool isRelu, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<float> h0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn)
    {
        var check = Check("Rnn", shape, weightHh, biasHh, tape);
        check.MayHave("h0", h0.Length, (long)shape.Batch * shape.Hidden);
        check.Sequences("the output", output.Length, "the last state", hn.Length, lengths.Length);
        var cells = new CellSequence(_library, shape, gates: 1);
        if (!cells.Begin(tape.StateBefore, h0, hn))
            return;
        using var weights = Pack(weightHh, shape.Hidden);
        for (var order = 0; order < shape.Steps; order++)
            Step(cells, order, isRelu, weights, biasHh, tape, lengths, output, hn);
    }

    /// <summary>Lays out weights for single steps.</summary>
    /// <param name="weightHh">[H, H]; they must not change while the result is in use.</param>
    /// <param name="hidden">H.</param>
    public PackedCell Pack(ArrayView<float> weightHh, int hidden) =>
        new(_library.Gemm.Pack(weightHh, hidden, hidden, transposeB: true));

    /// <summary>Runs one step, as a decoder does.</summary>
    /// <param name="batch">B, the number of sequences.</param>
    /// <param name="isRelu">Whether the unit is max(0, s) instead of tanh s.</param>
    /// <param name="weights">The weights of the state.</param>
    /// <param name="biasHh">[H], or empty.</param>
    /// <param name="gates">[B, H], in: x W_ih^T + b_ih; what it holds afterwards means nothing.</param>
    /// <param name="h">[B, H], in: the state before the step, out: after it.</param>
    /// <exception cref="ArgumentException">An operand is too short.</exception>
    public void Step(
        int batch, bool isRelu, in PackedCell weights, ArrayView<float> biasHh, ArrayView<float> gates, ArrayView<float> h)
    {
        var shape = new SequenceShape(batch, 1, weights.State.K);
        var tape = new SequenceTape(gates, h);
        Check("Rnn step", shape, weights.State.Source, biasHh, tape);
        if (batch > 0)
            Step(new(_library, shape, gates: 1), 0, isRelu, weights, biasHh, tape, default, h, h);
    }

    /// <summary>Runs all steps backwards. The gradients of weights, biases and input follow from the tape's gates.</summary>
    /// <param name="shape">As in the forward pass.</param>
    /// <param name="isRelu">As in the forward pass.</param>
    /// <param name="weightHh">[H, H].</param>
    /// <param name="tape">As the forward pass left it; its gates become the gradients of their sums.</param>
    /// <param name="lengths">As in the forward pass.</param>
    /// <param name="outputGradient">Laid out as the output; empty for none.</param>
    /// <param name="stateGradient">[B, H], in: the gradient of the last state, out: of the first.</param>
    /// <exception cref="ArgumentException">An operand is too short for the shape.</exception>
    public void Backward(
        SequenceShape shape, bool isRelu, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient)
    {
        var check = Check("Rnn backward", shape, weightHh, default, tape);
        check.Sequences("the output's gradient", outputGradient.Length, "the state's gradient", stateGradient.Length, lengths.Length);
        if (shape.Rows == 0)
            return;
        var cells = new CellSequence(_library, shape, gates: 1);
        using var weight = _library.Gemm.Pack(weightHh, shape.Hidden, shape.Hidden, transposeB: false);
        for (var order = shape.Steps - 1; order >= 0; order--)
        {
            _step.Backward(cells, order, Unit(isRelu), tape.Gates, lengths, outputGradient, stateGradient);
            cells.MultiplyGradient(order, tape.Gates, weight, stateGradient);
        }
    }

    private void Step(
        CellSequence cells, int order, bool isRelu, in PackedCell weights, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn)
    {
        cells.Multiply(order, tape.StateBefore, weights.State, biasHh, tape.Gates);
        _step.Forward(cells, order, Unit(isRelu), tape, lengths, output, hn);
    }

    private static Activation Unit(bool isRelu) => isRelu ? Activation.Relu : Activation.Tanh;

    private static CellCheck Check(
        string operation, SequenceShape shape, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape)
    {
        var check = new CellCheck(operation, shape);
        check.HasNoProjection();
        check.Weights(gates: 1, weightHh.Length, biasHh.Length);
        check.Tape(gates: 1, tape);
        return check;
    }
}
