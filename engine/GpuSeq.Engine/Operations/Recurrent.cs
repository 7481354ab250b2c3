using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Engine;

/// <summary>The weights of one direction of one recurrent layer, with PyTorch's layouts and order of gates.</summary>
/// <param name="WeightIh">[gates H, inputs].</param>
/// <param name="WeightHh">[gates H, H].</param>
/// <param name="BiasIh">[gates H], or null.</param>
/// <param name="BiasHh">[gates H], or null.</param>
public sealed record RecurrentWeights(Tensor WeightIh, Tensor WeightHh, Tensor? BiasIh = null, Tensor? BiasHh = null);

/// <summary>How a recurrent layer reads its input.</summary>
public sealed record RecurrentOptions
{
    /// <summary>Whether x is [B, T, inputs] rather than [T, B, inputs].</summary>
    public bool BatchFirst { get; init; } = true;

    /// <summary>[B], how many steps of each sequence count; null for all.</summary>
    public Tensor? Lengths { get; init; }
}

/// <summary>What a recurrent layer returns.</summary>
/// <param name="Output">The state at every step, [B, T, directions H] or [T, B, directions H]; zero where a sequence has ended.</param>
/// <param name="State">The last state of each direction, [directions, B, H].</param>
/// <param name="Cell">The last cell of each direction, for an LSTM.</param>
public sealed record RecurrentResult(Tensor Output, Tensor State, Tensor? Cell = null);

public static partial class Operations
{
    /// <summary>An Elman network with tanh or ReLU over whole sequences, in one direction or two.</summary>
    /// <param name="x">[B, T, inputs] or [T, B, inputs].</param>
    /// <param name="directions">Weights forwards and, for a second direction, backwards.</param>
    /// <param name="options">Layout and lengths.</param>
    /// <param name="h0">[directions, B, H], or null for zeros.</param>
    /// <param name="activation">Tanh or Relu.</param>
    public static RecurrentResult Rnn(
        this Tensor x, RecurrentWeights[] directions, RecurrentOptions options, Tensor? h0 = null,
        Activation activation = Activation.Tanh)
    {
        if (activation is not (Activation.Tanh or Activation.Relu))
            throw new ArgumentException($"{nameof(Rnn)}: the activation is Tanh or Relu, not {activation}.", nameof(activation));
        return Recurrent(nameof(Rnn), new RnnUnit(activation == Activation.Relu), x, directions, options, h0, null);
    }

    /// <summary>A long short-term memory over whole sequences, in one direction or two.</summary>
    /// <param name="x">[B, T, inputs] or [T, B, inputs].</param>
    /// <param name="directions">Weights forwards and, for a second direction, backwards; gates i, f, g, o.</param>
    /// <param name="options">Layout and lengths.</param>
    /// <param name="h0">[directions, B, H], or null for zeros.</param>
    /// <param name="c0">[directions, B, H], or null for zeros.</param>
    public static RecurrentResult Lstm(
        this Tensor x, RecurrentWeights[] directions, RecurrentOptions options, Tensor? h0 = null, Tensor? c0 = null) =>
        Recurrent(nameof(Lstm), new LstmUnit(), x, directions, options, h0, c0);

    /// <summary>A gated recurrent unit over whole sequences, in one direction or two.</summary>
    /// <param name="x">[B, T, inputs] or [T, B, inputs].</param>
    /// <param name="directions">Weights forwards and, for a second direction, backwards; gates r, z, n.</param>
    /// <param name="options">Layout and lengths.</param>
    /// <param name="h0">[directions, B, H], or null for zeros.</param>
    /// <param name="form">Where the reset gate stands.</param>
    public static RecurrentResult Gru(
        this Tensor x, RecurrentWeights[] directions, RecurrentOptions options, Tensor? h0 = null,
        GruForm form = GruForm.ResetAfter) =>
        Recurrent(nameof(Gru), new GruUnit(form), x, directions, options, h0, null);

    private static RecurrentResult Recurrent(
        string operation, RecurrentUnit unit, Tensor x, RecurrentWeights[] directions, RecurrentOptions options, Tensor? h0, Tensor? c0)
    {
        var graph = Graph.Of(operation, x, h0, c0, options.Lengths);
        CheckRecurrent(operation, unit, x, directions, options, h0, c0);
        var hidden = directions[0].WeightHh.Shape[1];
        var (batch, steps) = options.BatchFirst ? (x.Shape[0], x.Shape[1]) : (x.Shape[1], x.Shape[0]);
        Tensor?[] operands =
            [x, h0, c0, .. directions.SelectMany(d => new[] { d.WeightIh, d.WeightHh, d.BiasIh, d.BiasHh })];
        var output = graph.Result(x.Shape.WithColumns(directions.Length * hidden), operands);
        var state = graph.Result([directions.Length, batch, hidden], operands);
        var cell = unit.HasCell ? graph.Result(state.Shape, operands) : null;

        var passes = new RecurrentPass[directions.Length];
        for (var d = 0; d < passes.Length; d++)
        {
            var shape = new SequenceShape(batch, steps, hidden)
            {
                BatchFirst = options.BatchFirst,
                Reverse = d == 1,
                OutputStride = directions.Length * hidden,
            };
            passes[d] = new(graph, unit, shape, x, directions[d], options.Lengths?.Ints ?? default);
            passes[d].Forward(
                Direction(h0?.Floats ?? default, d, shape), Direction(c0?.Floats ?? default, d, shape),
                output.Floats.SubView(Math.Min(d * hidden, output.Floats.Length)),
                Direction(state.Floats, d, shape), Direction(cell?.Floats ?? default, d, shape));
        }

        graph.Remember(
            operation,
            () =>
            {
                // The gradient of the last state, carried back through time, ends as that of the first.
                var dState = Carried(graph, state);
                var dCell = cell is null ? default : Carried(graph, cell);
                var dOutput = graph.Arrived(output);
                for (var d = 0; d < passes.Length; d++)
                {
                    var shape = passes[d].Shape;
                    passes[d].Backward(
                        dOutput.Length == 0 ? dOutput : dOutput.SubView(d * hidden),
                        Direction(dState, d, shape), Direction(dCell, d, shape));
                }
                AddGradient(graph, h0, dState);
                AddGradient(graph, c0, dCell);
            },
            cell is null ? [output, state] : [output, state, cell]);
        return new(output, state, cell);
    }

    private static ArrayView<float> Direction(ArrayView<float> all, int direction, SequenceShape shape)
    {
        var length = (long)shape.Batch * shape.Hidden;
        return all.Length == 0 ? all : all.SubView(direction * length, length);
    }

    private static ArrayView<float> Carried(Graph graph, Tensor last)
    {
        var arrived = graph.Arrived(last);
        if (arrived.Length > 0)
            return arrived;
        var zeros = graph.Scratch(last.Shape.ElementCount);
        graph.Kernels.Elementwise.Fill(zeros, 0f);
        return zeros;
    }

    private static void AddGradient(Graph graph, Tensor? tensor, ArrayView<float> gradient)
    {
        if (tensor is not { RequiresGradient: true })
            return;
        var target = graph.Accumulate(tensor);
        graph.Kernels.Elementwise.Scale(gradient, 1f, target.Floats, target.Adds);
    }

    private static void CheckRecurrent(
        string operation, RecurrentUnit unit, Tensor x, RecurrentWeights[] directions, RecurrentOptions options, Tensor? h0, Tensor? c0)
    {
        if (directions.Length is not (1 or 2))
            throw new ArgumentException($"{operation}: a layer has one direction or two, not {directions.Length}.", nameof(directions));
        if (x.Shape.Rank != 3)
            throw new ShapeException(operation, $"x {x.Shape}, which needs three dimensions");
        var batch = options.BatchFirst ? x.Shape[0] : x.Shape[1];
        var hidden = directions[0].WeightHh.Shape.Columns;
        foreach (var weights in directions)
        {
            if (!weights.WeightHh.Shape.Equals([unit.Gates * hidden, hidden])
                || !weights.WeightIh.Shape.Equals([unit.Gates * hidden, x.Shape.Columns]))
            {
                throw new ShapeException(
                    operation, $"x {x.Shape}, weight_ih {weights.WeightIh.Shape} and weight_hh {weights.WeightHh.Shape}");
            }
            foreach (var bias in new[] { weights.BiasIh, weights.BiasHh })
            {
                if (bias is not null && bias.Shape.ElementCount != unit.Gates * hidden)
                    throw new ShapeException(operation, $"weight_hh {weights.WeightHh.Shape} and bias {bias.Shape}");
            }
        }
        foreach (var initial in new[] { h0, c0 })
        {
            if (initial is not null && !initial.Shape.Equals([directions.Length, batch, hidden]))
                throw new ShapeException(operation, $"x {x.Shape} and initial state {initial.Shape} [directions, B, H]");
        }
        if (options.Lengths is { } lengths && (lengths.ElementType != ElementType.Int32 || lengths.Shape.ElementCount != batch))
            throw new ShapeException(operation, $"x {x.Shape} and lengths {lengths}");
    }
}
