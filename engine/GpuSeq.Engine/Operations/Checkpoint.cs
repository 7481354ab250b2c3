namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// Runs a part of a model without keeping what it computes on the way; its gradient computes that again (Chen et al. 2016,
    /// section 3). It takes the time of a second forward pass and leaves the memory of one tensor.
    /// </summary>
    /// <param name="x">What the part takes.</param>
    /// <param name="part">Computes one tensor from x and parameters. It runs twice, and dropout drops the same both times.</param>
    public static Tensor Checkpoint(this Tensor x, Func<Tensor, Tensor> part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var graph = Graph.Of(nameof(Checkpoint), x);
        if (!graph.IsRecording)
            return part(x);
        var calls = graph.RandomCalls;
        var inner = graph.RunWithoutKeeping(() => part(x));
        var y = graph.Alias(inner, inner.Shape, 0, requiresGradient: true);

        graph.Remember(
            nameof(Checkpoint), [x], [y],
            () => graph.BackwardAgain(() => part(x), y, calls),
            _ => throw new InvalidOperationException(
                "Gradients are not checked through Checkpoint: check the part without it, then that both give the same."));
        return y;
    }
}
