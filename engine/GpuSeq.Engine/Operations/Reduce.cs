namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>The sum of all elements.</summary>
    public static Tensor Sum(this Tensor x) => Reduce(nameof(Sum), x, 1f);

    /// <summary>The mean of all elements.</summary>
    public static Tensor Mean(this Tensor x) => Reduce(nameof(Mean), x, 1f / Math.Max(1, x.Shape.ElementCount));

    private static Tensor Reduce(string operation, Tensor x, float scale)
    {
        var graph = Graph.Of(operation, x);
        var y = graph.Result(Shape.Scalar, x);
        graph.Kernels.Reduction.Sum(x.Floats, y.Floats, scale);

        graph.Remember(
            operation,
            [x],
            [y],
            () =>
            {
                // The one number that arrives goes to every element.
                var dx = graph.Accumulate(x);
                graph.Kernels.Elementwise.Broadcast(graph.Arrived(y), dx.Floats, x.Shape.IntCount, scale, dx.Adds);
            },
            v => [[scale * v[0].Sum()]]);
        return y;
    }
}
