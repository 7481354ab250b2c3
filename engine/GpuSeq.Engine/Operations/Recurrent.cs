using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

/// <summary>The weights of one direction of one recurrent layer, with PyTorch's layouts and order of gates.</summary>
/// <param name="WeightIh">[gates H, inputs].</param>
/// <param name="WeightHh">[gates H, S], S the size of the state: P with a projection, else H.</param>
/// <param name="BiasIh">[gates H], or null.</param>
/// <param name="BiasHh">[gates H], or null.</param>
/// <param name="WeightHr">[P, H], the projection of an LSTM's state, or null.</param>
public sealed record RecurrentWeights(
    Tensor WeightIh, Tensor WeightHh, Tensor? BiasIh = null, Tensor? BiasHh = null, Tensor? WeightHr = null);

/// <summary>How recurrent layers read their input and are put together.</summary>
public sealed record RecurrentOptions
{
    /// <summary>Whether x is [B, T, inputs] rather than [T, B, inputs].</summary>
    public bool BatchFirst { get; init; } = true;

    /// <summary>Whether every layer also runs backwards in time. The weights of that direction follow those of the first.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>The share of values between two layers that is dropped in training.</summary>
    public float Dropout { get; init; }

    /// <summary>[B], how many steps of each sequence count; null for all.</summary>
    public Tensor? Lengths { get; init; }
}

/// <summary>What recurrent layers return; D is the number of directions.</summary>
/// <param name="Output">
/// The last layer's state at every step, [B, T, D S] or [T, B, D S]; zero where a sequence has ended.
/// </param>
/// <param name="State">The last state of each layer and direction, [layers D, B, S].</param>
/// <param name="Cell">The last cell of each layer and direction, [layers D, B, H], for LSTMs.</param>
public sealed record RecurrentResult(Tensor Output, Tensor State, Tensor? Cell = null);

public static partial class Operations
{
    private const int TapeRow = 1024; // so that the number of rows of a long tape fits 32 bits

    /// <summary>Elman networks with tanh or ReLU over whole sequences, stacked on each other, in one direction or two.</summary>
    /// <param name="x">[B, T, inputs] or [T, B, inputs].</param>
    /// <param name="weights">Layer by layer, direction by direction.</param>
    /// <param name="options">Layout, directions, dropout and lengths.</param>
    /// <param name="h0">[layers D, B, H], or null for zeros.</param>
    /// <param name="activation">Tanh or Relu.</param>
    public static RecurrentResult Rnn(
        this Tensor x, RecurrentWeights[] weights, RecurrentOptions options, Tensor? h0 = null,
        Activation activation = Activation.Tanh)
    {
        if (activation is not (Activation.Tanh or Activation.Relu))
            throw new ArgumentException($"{nameof(Rnn)}: the activation is Tanh or Relu, not {activation}.", nameof(activation));
        var cell = activation == Activation.Relu ? RecurrentCell.RnnRelu : RecurrentCell.RnnTanh;
        return Recurrent(nameof(Rnn), cell, x, weights, options, h0, null);
    }

    /// <summary>Long short-term memories over whole sequences, stacked on each other, in one direction or two.</summary>
    /// <param name="x">[B, T, inputs] or [T, B, inputs].</param>
    /// <param name="weights">Layer by layer, direction by direction; gates i, f, g, o.</param>
    /// <param name="options">Layout, directions, dropout and lengths.</param>
    /// <param name="h0">[layers D, B, S], or null for zeros.</param>
    /// <param name="c0">[layers D, B, H], or null for zeros.</param>
    public static RecurrentResult Lstm(
        this Tensor x, RecurrentWeights[] weights, RecurrentOptions options, Tensor? h0 = null, Tensor? c0 = null) =>
        Recurrent(nameof(Lstm), RecurrentCell.Lstm, x, weights, options, h0, c0);

    /// <summary>Gated recurrent units over whole sequences, stacked on each other, in one direction or two.</summary>
    /// <param name="x">[B, T, inputs] or [T, B, inputs].</param>
    /// <param name="weights">Layer by layer, direction by direction; gates r, z, n.</param>
    /// <param name="options">Layout, directions, dropout and lengths.</param>
    /// <param name="h0">[layers D, B, H], or null for zeros.</param>
    /// <param name="form">Where the reset gate stands.</param>
    public static RecurrentResult Gru(
        this Tensor x, RecurrentWeights[] weights, RecurrentOptions options, Tensor? h0 = null,
        GruForm form = GruForm.ResetAfter)
    {
        var cell = form == GruForm.ResetAfter ? RecurrentCell.Gru : RecurrentCell.GruOriginal;
        return Recurrent(nameof(Gru), cell, x, weights, options, h0, null);
    }

    private static RecurrentResult Recurrent(
        string operation, RecurrentCell cell, Tensor x, RecurrentWeights[] weights, RecurrentOptions options, Tensor? h0, Tensor? c0)
    {
        var graph = Graph.Of(operation, x, h0, c0, options.Lengths);
        var shape = StackOf(operation, cell, x, weights, options);
        CheckStates(operation, shape, x, options.Lengths, h0, c0);
        Tensor?[] operands =
            [x, h0, c0, options.Lengths, .. weights.SelectMany(w => new[] { w.WeightIh, w.WeightHh, w.BiasIh, w.BiasHh, w.WeightHr })];
        var sequences = shape.Sequences;
        var output = graph.Result(x.Shape.WithColumns(shape.OutputWidth), operands);
        var state = graph.Result([weights.Length, sequences.Batch, sequences.StateWidth], operands);
        var lastCell = cell == RecurrentCell.Lstm ? graph.Result([weights.Length, sequences.Batch, sequences.Hidden], operands) : null;
        var tape = graph.New([checked((int)((shape.TapeLength + TapeRow - 1) / TapeRow)), TapeRow]);
        var dropout = DropoutBetween(operation, graph, shape.Layers, options.Dropout);
        graph.Kernels.RecurrentStack.Forward(
            shape, x.Floats, Array.ConvertAll(weights, Views), tape.Floats, h0?.Floats ?? default, c0?.Floats ?? default,
            options.Lengths?.Ints ?? default, output.Floats, state.Floats, lastCell?.Floats ?? default, dropout);

        graph.Remember(
            operation,
            operands,
            lastCell is null ? [output, state] : [output, state, lastCell],
            () =>
            {
                // The gradient of the last state, carried back through time, ends as that of the first.
                var dState = Carried(graph, state);
                var dCell = lastCell is null ? default : Carried(graph, lastCell);
                // In the order in which they are written: where layers share weights, the first write assigns.
                var targets = new DirectionGradients[weights.Length];
                for (var i = weights.Length - 1; i >= 0; i--)
                    targets[i] = Targets(graph, weights[i]);
                graph.Kernels.RecurrentStack.Backward(
                    shape, x.Floats, Array.ConvertAll(weights, Views), tape.Floats, options.Lengths?.Ints ?? default,
                    graph.Arrived(output), dState, dCell, Target(graph, x), targets, dropout);
                AddGradient(graph, h0, dState);
                AddGradient(graph, c0, dCell);
            },
            v => RecurrentValues(shape, dropout, v));
        return new(output, state, lastCell);
    }

    private static double[][] RecurrentValues(StackShape shape, StackDropout dropout, double[][] v)
    {
        var sequences = shape.Sequences;
        var directions = shape.Layers * shape.Directions;
        var weights = v.Skip(4).Chunk(5).Select(w => new StackWeights<double>(w[0], w[1], w[2], w[3], w[4])).ToArray();
        var stack = new RecurrentStackReference<double>(shape, weights, v[0], v[1], v[2], Ints(v[3]), (layer, i) =>
            dropout.Rate == 0f ? 1 : DropoutFactor(i, dropout.Rate, dropout.Seed, dropout.FirstCall + (ulong)layer));
        var output = new double[sequences.Rows * shape.OutputWidth];
        var state = new double[directions * sequences.Batch * sequences.StateWidth];
        var cell = new double[shape.Cell == RecurrentCell.Lstm ? directions * sequences.Batch * sequences.Hidden : 0];
        stack.Forward(new(output, state, cell));
        return shape.Cell == RecurrentCell.Lstm ? [output, state, cell] : [output, state];
    }

    private static DirectionWeights Views(RecurrentWeights weights) => new(
        weights.WeightIh.Floats, weights.WeightHh.Floats, weights.BiasIh?.Floats ?? default, weights.BiasHh?.Floats ?? default,
        weights.WeightHr?.Floats ?? default);

    private static DirectionGradients Targets(Graph graph, RecurrentWeights weights) => new(
        Target(graph, weights.WeightIh), Target(graph, weights.WeightHh), Target(graph, weights.BiasIh), Target(graph, weights.BiasHh),
        Target(graph, weights.WeightHr));

    private static StackDropout DropoutBetween(string operation, Graph graph, int layers, float rate)
    {
        CheckRate(operation, rate);
        if (!graph.IsTraining || rate == 0f || layers == 1)
            return default;
        var dropout = new StackDropout(rate, graph.Random.Seed, graph.Random.NextCall());
        for (var layer = 2; layer < layers; layer++)
            graph.Random.NextCall();
        return dropout;
    }

    private static StackShape StackOf(
        string operation, RecurrentCell cell, Tensor x, RecurrentWeights[] weights, RecurrentOptions options)
    {
        var directions = options.Bidirectional ? 2 : 1;
        if (weights.Length == 0 || weights.Length % directions != 0)
        {
            throw new ArgumentException(
                $"{operation}: {weights.Length} weights are no layers of {directions} directions each.", nameof(weights));
        }
        if (x.Shape.Rank != 3)
            throw new ShapeException(operation, $"x {x.Shape}, which needs three dimensions");
        var (batch, steps) = options.BatchFirst ? (x.Shape[0], x.Shape[1]) : (x.Shape[1], x.Shape[0]);
        var first = weights[0];
        var hidden = first.WeightHr?.Shape.Columns ?? first.WeightHh.Shape.Columns;
        var sequences = new SequenceShape(batch, steps, hidden)
        {
            BatchFirst = options.BatchFirst,
            Projection = first.WeightHr?.Shape[0] ?? 0,
        };
        var shape = new StackShape(cell, sequences, x.Shape.Columns) { Layers = weights.Length / directions, Directions = directions };
        for (var i = 0; i < weights.Length; i++)
            CheckWeights(operation, shape, shape.InputsOf(i / directions), weights[i]);
        return shape;
    }

    private static void CheckWeights(string operation, StackShape shape, int inputs, RecurrentWeights weights)
    {
        var sequences = shape.Sequences;
        var sums = shape.Gates * sequences.Hidden;
        if (!weights.WeightHh.Shape.Equals([sums, sequences.StateWidth]) || !weights.WeightIh.Shape.Equals([sums, inputs]))
        {
            throw new ShapeException(
                operation,
                $"weight_ih {weights.WeightIh.Shape} and weight_hh {weights.WeightHh.Shape} where [{sums}, {inputs}] and "
                + $"[{sums}, {sequences.StateWidth}] belong");
        }
        foreach (var bias in new[] { weights.BiasIh, weights.BiasHh })
        {
            if (bias is not null && bias.Shape.ElementCount != sums)
                throw new ShapeException(operation, $"weight_hh {weights.WeightHh.Shape} and bias {bias.Shape}");
        }
        if (weights.WeightHr is { } projection
            ? shape.Cell != RecurrentCell.Lstm || !projection.Shape.Equals([sequences.Projection, sequences.Hidden])
            : sequences.Projection > 0)
        {
            throw new ShapeException(operation, $"weight_hh {weights.WeightHh.Shape} and weight_hr {weights.WeightHr?.Shape}");
        }
    }

    private static void CheckStates(string operation, StackShape shape, Tensor x, Tensor? lengths, Tensor? h0, Tensor? c0)
    {
        var (batch, count) = (shape.Sequences.Batch, shape.Layers * shape.Directions);
        if (h0 is not null && !h0.Shape.Equals([count, batch, shape.Sequences.StateWidth]))
            throw new ShapeException(operation, $"x {x.Shape} and initial state {h0.Shape} [layers D, B, S]");
        if (c0 is not null && !c0.Shape.Equals([count, batch, shape.Sequences.Hidden]))
            throw new ShapeException(operation, $"x {x.Shape} and initial cell {c0.Shape} [layers D, B, H]");
        if (lengths is not null && (lengths.ElementType != ElementType.Int32 || lengths.Shape.ElementCount != batch))
            throw new ShapeException(operation, $"x {x.Shape} and lengths {lengths}");
    }
}
