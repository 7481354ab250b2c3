using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// A long short-term memory over whole sequences or step by step: one matrix product and one fused <see cref="LstmCell"/>
/// kernel a step, and where the shape has a projection, those of <see cref="LstmProjection"/>. Weights are PyTorch's:
/// weight_hh [4 H, S], bias_hh [4 H], gates in the order i, f, g, o; weight_hr [P, H]. S is P with a projection, else H.
/// </summary>
public sealed class Lstm
{
    private const int Gates = 4;

    private readonly KernelLibrary _library;
    private readonly LstmProjection _projection;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<int>, CellStep> _forward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, CellStep> _backward;

    internal Lstm(KernelLibrary library)
    {
        _library = library;
        _projection = new(library);
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, ArrayView<int>, CellStep>(isRow ? LstmCell.ForwardRows : LstmCell.ForwardUnits);
        _backward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<int>, CellStep>(isRow ? LstmCell.BackwardRows : LstmCell.BackwardUnits);
    }

    /// <summary>Runs all steps.</summary>
    /// <param name="shape">Sizes, layout and direction.</param>
    /// <param name="weightHh">[4 H, S].</param>
    /// <param name="biasHh">[4 H], or empty.</param>
    /// <param name="tape">Its gates hold x W_ih^T + b_ih.</param>
    /// <param name="h0">[B, S], or empty for zeros.</param>
    /// <param name="c0">[B, H], or empty for zeros.</param>
    /// <param name="lengths">[B], how many steps of each sequence count; empty for all.</param>
    /// <param name="output">Rows of S, one every OutputStride elements; zero where a sequence has ended.</param>
    /// <param name="hn">[B, S], the last state.</param>
    /// <param name="cn">[B, H], the last cell.</param>
    /// <param name="weightHr">[P, H], or empty without a projection.</param>
    /// <exception cref="ArgumentException">An operand is too short for the shape.</exception>
    public void Forward(
        SequenceShape shape, ArrayView<float> weightHh, ArrayView<float> biasHh, in SequenceTape tape, ArrayView<float> h0,
        ArrayView<float> c0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn, ArrayView<float> cn,
        ArrayView<float> weightHr = default)
    {
        var check = Check("Lstm", shape, weightHh, biasHh, weightHr, tape);
        check.MayHave("h0", h0.Length, (long)shape.Batch * shape.StateWidth);
        check.MayHave("c0", c0.Length, (long)shape.Batch * shape.Hidden);
        check.Sequences("the output", output.Length, "the last state", hn.Length, lengths.Length);
        check.Needs("the last cell", cn.Length, (long)shape.Batch * shape.Hidden);
        var (cells, states) = Sequences(shape);
        if (!states.Begin(tape.StateBefore, h0, hn) | !cells.Begin(tape.CellBefore, c0, cn))
            return;
        using var weights = Pack(weightHh, shape.Hidden, weightHr, shape.Projection);
        for (var order = 0; order < shape.Steps; order++)
            Step(cells, states, order, weights, biasHh, tape, lengths, output, hn, cn);
    }

    /// <summary>Lays out weights for single steps.</summary>
    /// <param name="weightHh">[4 H, S]; they must not change while the result is in use.</param>
    /// <param name="hidden">H.</param>
    /// <param name="weightHr">[P, H], or empty without a projection.</param>
    /// <param name="projection">P, or 0.</param>
    public PackedCell Pack(ArrayView<float> weightHh, int hidden, ArrayView<float> weightHr = default, int projection = 0)
    {
        var gemm = _library.Gemm;
        return projection > 0
            ? new(
                gemm.Pack(weightHh, Gates * hidden, projection, transposeB: true),
                gemm.Pack(weightHr, projection, hidden, transposeB: true))
            : new(gemm.Pack(weightHh, Gates * hidden, hidden, transposeB: true));
    }

    /// <summary>Runs one step, as a decoder does.</summary>
    /// <param name="batch">B, the number of sequences.</param>
    /// <param name="weights">The weights of the state.</param>
    /// <param name="biasHh">[4 H], or empty.</param>
    /// <param name="gates">[B, 4 H], in: x W_ih^T + b_ih; what it holds afterwards means nothing.</param>
    /// <param name="h">[B, S], in: the state before the step, out: after it.</param>
    /// <param name="c">[B, H], in: the cell before the step, out: after it.</param>
    /// <exception cref="ArgumentException">An operand is too short.</exception>
    public void Step(
        int batch, in PackedCell weights, ArrayView<float> biasHh, ArrayView<float> gates, ArrayView<float> h, ArrayView<float> c)
    {
        var shape = new SequenceShape(batch, 1, weights.State.N / Gates) { Projection = weights.Second.N };
        var (unprojected, projected) = ((long)batch * shape.Hidden, (long)batch * shape.Projection);
        using var memory = _library.Pool.Rent(projected == 0 ? 0 : (unprojected + projected) * sizeof(float));
        var tape = new SequenceTape(gates, h, c);
        if (projected > 0)
        {
            var views = memory.View<float>(unprojected + projected);
            tape = tape with { Unprojected = views.Part(0, unprojected), Projected = views.From(unprojected) };
        }
        Check("Lstm step", shape, weights.State.Source, biasHh, weights.Second.Source, tape);
        var (cells, states) = Sequences(shape);
        if (batch > 0)
            Step(cells, states, 0, weights, biasHh, tape, default, h, h, c);
    }

    /// <summary>Runs all steps backwards. The gradients of weights, biases and input follow from the tape.</summary>
    /// <param name="shape">As in the forward pass.</param>
    /// <param name="weightHh">[4 H, S].</param>
    /// <param name="tape">
    /// As the forward pass left it; its gates become the gradients of their sums, its projected states those of the projection.
    /// </param>
    /// <param name="lengths">As in the forward pass.</param>
    /// <param name="outputGradient">Laid out as the output; empty for none.</param>
    /// <param name="stateGradient">[B, S], in: the gradient of the last state, out: of the first.</param>
    /// <param name="cellGradient">[B, H], in: the gradient of the last cell, out: of the first.</param>
    /// <param name="weightHr">[P, H], or empty without a projection.</param>
    /// <exception cref="ArgumentException">An operand is too short for the shape.</exception>
    public void Backward(
        SequenceShape shape, ArrayView<float> weightHh, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient, ArrayView<float> cellGradient,
        ArrayView<float> weightHr = default)
    {
        var check = Check("Lstm backward", shape, weightHh, default, weightHr, tape);
        check.Sequences("the output's gradient", outputGradient.Length, "the state's gradient", stateGradient.Length, lengths.Length);
        check.Needs("the cell's gradient", cellGradient.Length, (long)shape.Batch * shape.Hidden);
        if (shape.Rows == 0)
            return;
        var (cells, states) = Sequences(shape);
        var isProjected = shape.Projection > 0;
        using var weight = _library.Gemm.Pack(weightHh, shape.StateWidth, Gates * shape.Hidden, transposeB: false);
        using var projection = isProjected ? _library.Gemm.Pack(weightHr, shape.Hidden, shape.Projection, transposeB: false) : default;
        var width = isProjected ? (long)shape.Batch * shape.Hidden : 0;
        using var memory = _library.Pool.Rent(width * sizeof(float));
        var arriving = isProjected ? memory.View<float>(width) : stateGradient;
        for (var order = shape.Steps - 1; order >= 0; order--)
        {
            if (isProjected)
                _projection.Backward(states, order, projection, tape, lengths, outputGradient, stateGradient, arriving);
            var readsOutput = !isProjected && outputGradient.Length > 0;
            _backward(
                cells.Items, cells.Gates(order, tape.Gates), cells.State(order, tape.CellBefore),
                readsOutput ? cells.Output(order, outputGradient) : default, arriving, cellGradient, lengths,
                cells.Step(order, readsOutput));
            cells.MultiplyGradient(order, tape.Gates, weight, stateGradient);
        }
    }

    // With a projection, the cell's state goes to it, and only what comes out of it to the next step and out.
    private void Step(
        CellSequence cells, CellSequence states, int order, in PackedCell weights, ArrayView<float> biasHh, in SequenceTape tape,
        ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn, ArrayView<float> cn)
    {
        cells.Multiply(order, tape.StateBefore, weights.State, biasHh, tape.Gates);
        var isProjected = weights.Second.N > 0;
        _forward(
            cells.Items, cells.Gates(order, tape.Gates),
            isProjected ? default : cells.State(order, tape.StateBefore),
            cells.State(order, tape.CellBefore),
            isProjected ? cells.State(order, tape.Unprojected) : cells.NextState(order, tape.StateBefore, hn),
            cells.NextState(order, tape.CellBefore, cn),
            isProjected ? default : cells.Output(order, output),
            lengths, cells.Step(order));
        if (isProjected)
            _projection.Forward(states, order, weights.Second, tape, lengths, output, hn);
    }

    // The cells' rows are H wide, the states' S.
    private (CellSequence Cells, CellSequence States) Sequences(SequenceShape shape)
    {
        var cells = new CellSequence(_library, shape, Gates);
        return (cells, shape.Projection > 0 ? new(_library, shape.OfStates, gates: 1) : cells);
    }

    private static CellCheck Check(
        string operation, SequenceShape shape, ArrayView<float> weightHh, ArrayView<float> biasHh, ArrayView<float> weightHr,
        in SequenceTape tape)
    {
        var check = new CellCheck(operation, shape);
        check.Weights(Gates, weightHh.Length, biasHh.Length);
        check.Tape(Gates, tape);
        check.Needs("the tape's cells", tape.CellBefore.Length, (long)shape.Rows * shape.Hidden);
        if (shape.Projection > 0)
        {
            check.Needs("weight_hr", weightHr.Length, (long)shape.Projection * shape.Hidden);
            check.Needs("the tape's unprojected states", tape.Unprojected.Length, (long)shape.Rows * shape.Hidden);
            check.Needs("the tape's projected states", tape.Projected.Length, (long)shape.Rows * shape.Projection);
        }
        return check;
    }
}
