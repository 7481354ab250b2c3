using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Recurrent layers over whole sequences, stacked on each other, in one direction or two, with dropout between layers, as
/// <c>torch.nn.RNN</c>, <c>LSTM</c> and <c>GRU</c> compute them. A layer multiplies the inputs of all steps at once, then
/// runs its cell step by step; backwards the steps come first, then the products that give all gradients.
/// </summary>
public sealed class RecurrentStack
{
    private readonly KernelLibrary _library;

    internal RecurrentStack(KernelLibrary library) => _library = library;

    /// <summary>Runs all layers.</summary>
    /// <param name="shape">Sizes, layers and directions.</param>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weights">Those of layer l and direction d stand at l D + d.</param>
    /// <param name="tape">TapeLength elements.</param>
    /// <param name="h0">[L D, B, S], or empty for zeros.</param>
    /// <param name="c0">[L D, B, H] for LSTMs, or empty for zeros.</param>
    /// <param name="lengths">[B], how many steps of each sequence count; empty for all.</param>
    /// <param name="output">[rows, D S], the last layer's states; zero where a sequence has ended.</param>
    /// <param name="hn">[L D, B, S], the last states.</param>
    /// <param name="cn">[L D, B, H] for LSTMs, the last cells; else empty.</param>
    /// <param name="dropout">What is dropped from the output of every layer but the last; by default nothing.</param>
    /// <exception cref="ArgumentException">An operand does not fit the shape.</exception>
    public void Forward(
        in StackShape shape, ArrayView<float> x, ReadOnlySpan<DirectionWeights> weights, ArrayView<float> tape, ArrayView<float> h0,
        ArrayView<float> c0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn, ArrayView<float> cn,
        StackDropout dropout = default)
    {
        Check("RecurrentStack", shape, weights.Length, tape.Length);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var isLast = layer == shape.Layers - 1;
            var y = isLast ? output : shape.Output(tape, layer);
            for (var direction = 0; direction < shape.Directions; direction++)
            {
                var index = layer * shape.Directions + direction;
                var cells = shape.Tape(tape, layer, direction);
                var w = weights[index];
                _library.Gemm.Multiply(
                    new(shape.Sequences.Rows, shape.GateWidth, shape.InputsOf(layer)) { TransposeB = true }, x, w.WeightIh, cells.Gates,
                    w.BiasIh);
                ForwardCells(
                    shape, shape.Direction(direction), w, cells, States(shape, h0, index), Cells(shape, c0, index), lengths,
                    y.From(direction * shape.Sequences.StateWidth), States(shape, hn, index), Cells(shape, cn, index));
            }
            if (!isLast && dropout.Rate > 0f)
                _library.Dropout.Forward(y, y, dropout.Rate, dropout.Seed, dropout.FirstCall + (ulong)layer);
            x = y;
        }
    }

    /// <summary>Computes all gradients.</summary>
    /// <param name="shape">As in the forward pass.</param>
    /// <param name="x">As in the forward pass.</param>
    /// <param name="weights">As in the forward pass.</param>
    /// <param name="tape">As the forward pass left it; it serves one backward pass.</param>
    /// <param name="lengths">As in the forward pass.</param>
    /// <param name="outputGradient">[rows, D S], or empty for none.</param>
    /// <param name="stateGradient">[L D, B, S], in: the gradient of the last states, out: of the first.</param>
    /// <param name="cellGradient">[L D, B, H] for LSTMs, likewise; else empty.</param>
    /// <param name="inputGradient">[rows, inputs].</param>
    /// <param name="gradients">In the order of the weights; they are written from the last to the first.</param>
    /// <param name="dropout">As in the forward pass.</param>
    /// <exception cref="ArgumentException">An operand does not fit the shape.</exception>
    public void Backward(
        in StackShape shape, ArrayView<float> x, ReadOnlySpan<DirectionWeights> weights, ArrayView<float> tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient, ArrayView<float> cellGradient, GradientTarget inputGradient,
        ReadOnlySpan<DirectionGradients> gradients, StackDropout dropout = default)
    {
        Check("RecurrentStack backward", shape, weights.Length, tape.Length);
        Check("RecurrentStack backward", shape, gradients.Length, tape.Length);
        // The gradients between layers take turns in two buffers.
        var between = shape.Layers > 1 ? shape.OutputLength : 0;
        using var memory = _library.Pool.Rent(2 * between * sizeof(float));
        var buffers = memory.View<float>(2 * between);
        for (var layer = shape.Layers - 1; layer >= 0; layer--)
        {
            var input = layer == 0 ? x : shape.Output(tape, layer - 1);
            var below = layer == 0 ? inputGradient : new(buffers.Part(layer % 2 * between, between), Adds: false);
            for (var direction = shape.Directions - 1; direction >= 0; direction--)
            {
                var index = layer * shape.Directions + direction;
                var cells = shape.Tape(tape, layer, direction);
                BackwardCells(
                    shape, shape.Direction(direction), weights[index], cells, lengths,
                    outputGradient.From(direction * shape.Sequences.StateWidth),
                    States(shape, stateGradient, index), Cells(shape, cellGradient, index));
                InputGradients(
                    shape, shape.InputsOf(layer), input, weights[index], cells,
                    below with { Adds = below.Adds || direction < shape.Directions - 1 }, gradients[index]);
                StateWeightGradients(shape, cells, gradients[index]);
            }
            if (layer > 0 && dropout.Rate > 0f)
            {
                _library.Dropout.Backward(
                    below.Floats, below.Floats, dropout.Rate, dropout.Seed, dropout.FirstCall + (ulong)layer - 1, accumulate: false);
            }
            outputGradient = below.Floats;
        }
    }

    private void ForwardCells(
        in StackShape shape, SequenceShape sequences, in DirectionWeights weights, in SequenceTape tape, ArrayView<float> h0,
        ArrayView<float> c0, ArrayView<int> lengths, ArrayView<float> output, ArrayView<float> hn, ArrayView<float> cn)
    {
        var (weightHh, biasHh) = (weights.WeightHh, weights.BiasHh);
        switch (shape.Cell)
        {
            case RecurrentCell.Lstm:
                _library.Lstm.Forward(sequences, weightHh, biasHh, tape, h0, c0, lengths, output, hn, cn, weights.WeightHr);
                break;
            case RecurrentCell.Gru:
                _library.Gru.Forward(sequences, GruForm.ResetAfter, weightHh, biasHh, tape, h0, lengths, output, hn);
                break;
            case RecurrentCell.GruOriginal:
                _library.Gru.Forward(sequences, GruForm.ResetBefore, weightHh, biasHh, tape, h0, lengths, output, hn);
                break;
            default:
                _library.Rnn.Forward(
                    sequences, shape.Cell == RecurrentCell.RnnRelu, weightHh, biasHh, tape, h0, lengths, output, hn);
                break;
        }
    }

    private void BackwardCells(
        in StackShape shape, SequenceShape sequences, in DirectionWeights weights, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient, ArrayView<float> cellGradient)
    {
        var weightHh = weights.WeightHh;
        switch (shape.Cell)
        {
            case RecurrentCell.Lstm:
                _library.Lstm.Backward(
                    sequences, weightHh, tape, lengths, outputGradient, stateGradient, cellGradient, weights.WeightHr);
                break;
            case RecurrentCell.Gru:
                _library.Gru.Backward(sequences, GruForm.ResetAfter, weightHh, tape, lengths, outputGradient, stateGradient);
                break;
            case RecurrentCell.GruOriginal:
                _library.Gru.Backward(sequences, GruForm.ResetBefore, weightHh, tape, lengths, outputGradient, stateGradient);
                break;
            default:
                _library.Rnn.Backward(
                    sequences, shape.Cell == RecurrentCell.RnnRelu, weightHh, tape, lengths, outputGradient, stateGradient);
                break;
        }
    }

    // dx = dgates W_ih, dW_ih = dgates^T x, db_ih the sum of dgates.
    private void InputGradients(
        in StackShape shape, int inputs, ArrayView<float> x, in DirectionWeights weights, in SequenceTape tape, GradientTarget dx,
        in DirectionGradients gradients)
    {
        var (rows, width) = (shape.Sequences.Rows, shape.GateWidth);
        if (dx.IsWanted)
            _library.Gemm.Multiply(new(rows, inputs, width) { Beta = dx.Beta }, tape.Gates, weights.WeightIh, dx.Floats);
        Product(tape.Gates, x, width, inputs, rows, gradients.WeightIh);
        SumRows(tape.Gates, rows, width, gradients.BiasIh);
    }

    // The same for what multiplies the state before each step, and for the projection.
    private void StateWeightGradients(in StackShape shape, in SequenceTape tape, in DirectionGradients gradients)
    {
        var sequences = shape.Sequences;
        var (rows, width, hidden) = (sequences.Rows, shape.GateWidth, sequences.Hidden);
        var sums = shape.Cell == RecurrentCell.Gru ? tape.Recurrent : tape.Gates;
        SumRows(sums, rows, width, gradients.BiasHh);
        Product(tape.Projected, tape.Unprojected, sequences.Projection, hidden, rows, gradients.WeightHr);
        if (shape.Cell != RecurrentCell.GruOriginal)
        {
            Product(sums, tape.StateBefore, width, sequences.StateWidth, rows, gradients.WeightHh);
            return;
        }
        // The candidate's rows saw the state behind its reset gate.
        var weight = gradients.WeightHh;
        Product(sums, tape.StateBefore, 2 * hidden, hidden, rows, weight, width);
        var candidate = weight with { Floats = weight.Floats.From(2 * hidden * hidden) };
        Product(sums.From(2 * hidden), tape.Recurrent, hidden, hidden, rows, candidate, width);
    }

    private void Product(
        ArrayView<float> a, ArrayView<float> b, int m, int n, int rows, GradientTarget target, int stride = 0)
    {
        if (target.IsWanted)
            _library.Gemm.Multiply(new(m, n, rows) { TransposeA = true, Lda = stride, Beta = target.Beta }, a, b, target.Floats);
    }

    private void SumRows(ArrayView<float> sums, int rows, int width, GradientTarget target)
    {
        if (target.IsWanted)
            _library.Reduction.SumRows(sums, target.Floats, rows, width, accumulate: target.Adds);
    }

    private static ArrayView<float> States(in StackShape shape, ArrayView<float> all, int index) =>
        Part(all, index, (long)shape.Sequences.Batch * shape.Sequences.StateWidth);

    private static ArrayView<float> Cells(in StackShape shape, ArrayView<float> all, int index) =>
        Part(all, index, (long)shape.Sequences.Batch * shape.Sequences.Hidden);

    private static ArrayView<float> Part(ArrayView<float> all, int index, long length) =>
        all.Length == 0 ? all : all.Part(index * length, length);

    private static void Check(string operation, in StackShape shape, int weights, long tape)
    {
        if (shape.Layers < 1 || shape.Directions is not (1 or 2))
            throw new ArgumentException($"{operation} {shape}: {shape.Layers} layers in {shape.Directions} directions are no stack.");
        if (weights != shape.Layers * shape.Directions)
        {
            throw new ArgumentException(
                $"{operation} {shape}: {weights} weights for {shape.Layers} layers in {shape.Directions} directions.");
        }
        if (tape < shape.TapeLength)
            throw new ArgumentException($"{operation} {shape}: the tape has {tape} elements and needs {shape.TapeLength}.");
    }
}
