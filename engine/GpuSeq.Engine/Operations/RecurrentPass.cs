using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Engine;

/// <summary>
/// One direction of one recurrent layer: the input's products for all steps at once, then the unit's steps; backwards the
/// steps, then the products that give the gradients of input, weights and biases.
/// </summary>
internal sealed class RecurrentPass(
    Graph graph, RecurrentUnit unit, SequenceShape shape, Tensor x, RecurrentWeights weights, ArrayView<int> lengths)
{
    private readonly int _gateWidth = unit.Gates * shape.Hidden;
    private SequenceTape _tape;

    public SequenceShape Shape => shape;

    public void Forward(
        ArrayView<float> h0, ArrayView<float> c0, ArrayView<float> output, ArrayView<float> hn, ArrayView<float> cn)
    {
        var states = (long)shape.Rows * shape.Hidden;
        _tape = new(
            graph.Scratch((long)shape.Rows * _gateWidth),
            graph.Scratch(states),
            unit.HasCell ? graph.Scratch(states) : default,
            unit.RecurrentWidth(shape.Hidden) is > 0 and var width ? graph.Scratch((long)shape.Rows * width) : default);
        graph.Kernels.Gemm.Multiply(
            new(shape.Rows, _gateWidth, x.Shape.Columns) { TransposeB = true },
            x.Floats, weights.WeightIh.Floats, _tape.Gates, weights.BiasIh?.Floats ?? default);
        unit.Forward(graph.Kernels, shape, weights.WeightHh.Floats, weights.BiasHh?.Floats ?? default, _tape, h0, c0, lengths, output, hn, cn);
    }

    public void Backward(ArrayView<float> dOutput, ArrayView<float> dState, ArrayView<float> dCell)
    {
        unit.Backward(graph.Kernels, shape, weights.WeightHh.Floats, _tape, lengths, dOutput, dState, dCell);
        var gemm = graph.Kernels.Gemm;
        var dGates = _tape.Gates;
        if (x.RequiresGradient) // dx = dgates W_ih
        {
            var dx = graph.Accumulate(x);
            gemm.Multiply(new(shape.Rows, x.Shape.Columns, _gateWidth) { Beta = dx.Beta }, dGates, weights.WeightIh.Floats, dx.Floats);
        }
        if (weights.WeightIh.RequiresGradient) // dW_ih = dgates^T x
        {
            var dw = graph.Accumulate(weights.WeightIh);
            gemm.Multiply(
                new(_gateWidth, x.Shape.Columns, shape.Rows) { TransposeA = true, Beta = dw.Beta }, dGates, x.Floats, dw.Floats);
        }
        if (weights.WeightHh.RequiresGradient)
        {
            var dw = graph.Accumulate(weights.WeightHh);
            unit.WeightGradient(gemm, shape, _tape, dw.Floats, dw.Beta);
        }
        SumBias(weights.BiasIh, dGates);
        SumBias(weights.BiasHh, unit.RecurrentSums(_tape));
    }

    private void SumBias(Tensor? bias, ArrayView<float> sums)
    {
        if (bias is not { RequiresGradient: true })
            return;
        var db = graph.Accumulate(bias);
        graph.Kernels.Reduction.SumRows(sums, db.Floats, shape.Rows, _gateWidth, accumulate: db.Adds);
    }
}

/// <summary>What tells the recurrent units apart.</summary>
internal abstract class RecurrentUnit
{
    /// <summary>Sums per hidden unit.</summary>
    public abstract int Gates { get; }

    public virtual bool HasCell => false;

    public virtual int RecurrentWidth(int hidden) => 0;

    public abstract void Forward(
        KernelLibrary kernels, SequenceShape shape, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<float> h0, ArrayView<float> c0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn,
        ArrayView<float> cn);

    public abstract void Backward(
        KernelLibrary kernels, SequenceShape shape, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> dOutput, ArrayView<float> dState, ArrayView<float> dCell);

    /// <summary>The gradients of the sums that bias_hh enters.</summary>
    public virtual ArrayView<float> RecurrentSums(in SequenceTape tape) => tape.Gates;

    /// <summary>dW_hh = (gradients of the sums over the state)^T state.</summary>
    public virtual void WeightGradient(Gemm gemm, SequenceShape shape, in SequenceTape tape, ArrayView<float> dWeight, float beta) =>
        gemm.Multiply(
            new(Gates * shape.Hidden, shape.Hidden, shape.Rows) { TransposeA = true, Beta = beta },
            RecurrentSums(tape), tape.StateBefore, dWeight);
}

internal sealed class RnnUnit(bool isRelu) : RecurrentUnit
{
    public override int Gates => 1;

    public override void Forward(
        KernelLibrary kernels, SequenceShape shape, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<float> h0, ArrayView<float> c0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn,
        ArrayView<float> cn) => kernels.Rnn.Forward(shape, isRelu, weightHh, biasHh, tape, h0, lengths, output, hn);

    public override void Backward(
        KernelLibrary kernels, SequenceShape shape, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> dOutput, ArrayView<float> dState, ArrayView<float> dCell) =>
        kernels.Rnn.Backward(shape, isRelu, weightHh, tape, lengths, dOutput, dState);
}

internal sealed class LstmUnit : RecurrentUnit
{
    public override int Gates => 4;

    public override bool HasCell => true;

    public override void Forward(
        KernelLibrary kernels, SequenceShape shape, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<float> h0, ArrayView<float> c0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn,
        ArrayView<float> cn) => kernels.Lstm.Forward(shape, weightHh, biasHh, tape, h0, c0, lengths, output, hn, cn);

    public override void Backward(
        KernelLibrary kernels, SequenceShape shape, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> dOutput, ArrayView<float> dState, ArrayView<float> dCell) =>
        kernels.Lstm.Backward(shape, weightHh, tape, lengths, dOutput, dState, dCell);
}

internal sealed class GruUnit(GruForm form) : RecurrentUnit
{
    public override int Gates => 3;

    public override int RecurrentWidth(int hidden) => Kernels.Gru.RecurrentWidth(form, hidden);

    public override void Forward(
        KernelLibrary kernels, SequenceShape shape, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<float> h0, ArrayView<float> c0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn,
        ArrayView<float> cn) => kernels.Gru.Forward(shape, form, weightHh, biasHh, tape, h0, lengths, output, hn);

    public override void Backward(
        KernelLibrary kernels, SequenceShape shape, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> dOutput, ArrayView<float> dState, ArrayView<float> dCell) =>
        kernels.Gru.Backward(shape, form, weightHh, tape, lengths, dOutput, dState);

    public override ArrayView<float> RecurrentSums(in SequenceTape tape) =>
        form == GruForm.ResetAfter ? tape.Recurrent : tape.Gates;

    public override void WeightGradient(Gemm gemm, SequenceShape shape, in SequenceTape tape, ArrayView<float> dWeight, float beta)
    {
        if (form == GruForm.ResetAfter)
        {
            base.WeightGradient(gemm, shape, tape, dWeight, beta);
            return;
        }
        // The candidate's rows saw the state behind its reset gate.
        var (h, width) = (shape.Hidden, 3 * shape.Hidden);
        gemm.Multiply(
            new(2 * h, h, shape.Rows) { TransposeA = true, Lda = width, Beta = beta }, tape.Gates, tape.StateBefore, dWeight);
        gemm.Multiply(
            new(h, h, shape.Rows) { TransposeA = true, Lda = width, Beta = beta },
            tape.Gates.SubView(Math.Min(2L * h, tape.Gates.Length)), tape.Recurrent, dWeight.SubView(2L * h * h));
    }
}
