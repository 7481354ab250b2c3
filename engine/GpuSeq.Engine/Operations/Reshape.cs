namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>The same elements under another shape. Nothing is copied.</summary>
    /// <exception cref="ShapeException">The shapes hold different numbers of elements.</exception>
    public static Tensor Reshape(this Tensor x, Shape shape) => Reshape(Graph.Of(nameof(Reshape), x), x, shape);

    /// <summary>The values of a tensor without its history: no gradient goes through.</summary>
    public static Tensor Detach(this Tensor x) => Graph.Of(nameof(Detach), x).Alias(x, x.Shape, 0, requiresGradient: false);

    // The tensor may be one that outlives graphs.
    private static Tensor Reshape(Graph graph, Tensor x, Shape shape)
    {
        if (x.Shape.ElementCount != shape.ElementCount)
            throw new ShapeException(nameof(Reshape), $"{x.Shape} and {shape}");
        var y = graph.Alias(x, shape, 0, x.RequiresGradient);
        graph.Remember(
            nameof(Reshape),
            [x],
            [y],
            () => AddGradient(graph, x, graph.Arrived(y)),
            v => [v[0]]);
        return y;
    }
}
