namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>One step of an Elman network, as <c>torch.nn.RNNCell</c>.</summary>
    /// <param name="x">[B, inputs].</param>
    /// <param name="h">[B, H], the state before; null for zeros.</param>
    /// <param name="weights">Of the cell.</param>
    /// <returns>[B, H], the state after.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor RnnStep(this Tensor x, Tensor? h, RecurrentWeights weights) =>
        Stepped(nameof(RnnStep), x, h, null, (step, state, _) => step.Rnn([weights], new(), state)).H;

    /// <summary>One step of a long short-term memory, as <c>torch.nn.LSTMCell</c>.</summary>
    /// <param name="x">[B, inputs].</param>
    /// <param name="h">[B, S], the state before; null for zeros.</param>
    /// <param name="c">[B, H], the cell before; null for zeros.</param>
    /// <param name="weights">Of the cell; gates i, f, g, o.</param>
    /// <returns>[B, S] and [B, H], state and cell after.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static (Tensor H, Tensor C) LstmStep(this Tensor x, Tensor? h, Tensor? c, RecurrentWeights weights)
    {
        var (state, cell) = Stepped(nameof(LstmStep), x, h, c, (step, h0, c0) => step.Lstm([weights], new(), h0, c0));
        return (state, cell!);
    }

    /// <summary>One step of a gated recurrent unit, as <c>torch.nn.GRUCell</c>.</summary>
    /// <param name="x">[B, inputs].</param>
    /// <param name="h">[B, H], the state before; null for zeros.</param>
    /// <param name="weights">Of the cell; gates r, z, n.</param>
    /// <returns>[B, H], the state after.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor GruStep(this Tensor x, Tensor? h, RecurrentWeights weights) =>
        Stepped(nameof(GruStep), x, h, null, (step, state, _) => step.Gru([weights], new(), state)).H;

    // A step is a sequence of one; shapes change without copies.
    private static (Tensor H, Tensor? C) Stepped(
        string operation, Tensor x, Tensor? h, Tensor? c, Func<Tensor, Tensor?, Tensor?, RecurrentResult> sequence)
    {
        if (x.Shape.Rank != 2)
            throw new ShapeException(operation, $"x {x.Shape}, which needs two dimensions, [B, inputs]");
        var graph = Graph.Of(operation, x, h, c);
        var result = sequence(x.Reshape([x.Shape[0], 1, x.Shape[1]]), Layer(h), Layer(c));
        return (Single(result.State), result.Cell is null ? null : Single(result.Cell));

        Tensor? Layer(Tensor? state) => state is null ? null : Reshape(graph, state, [1, .. state.Shape]);

        Tensor Single(Tensor state) => state.Reshape([.. state.Shape.Skip(1)]);
    }
}
