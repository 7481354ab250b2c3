namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>The sum of all elements.</summary>
    public static Tensor Sum(this Tensor x) => Reduce(nameof(Sum), x, 1f);

    /// <summary>The mean of all elements.</summary>
    public static Tensor Mean(this Tensor x) => Reduce(nameof(Mean), x, 1f / Math.Max(1, x.Shape.Count));

    private static Tensor Reduce(string operation, Tensor x, float scale)
    {
        var graph = Graph.Of(operation, x);
        var y = graph.Result(Shape.Scalar, x);
        graph.Kernels.Reduction.Sum(x.Floats, y.Floats, scale);

        graph.Remember(
            operation,
            () =>
            {
                // The one upstream number goes to every element.
                var dx = graph.Accumulate(x);
                if (!dx.Adds)
                    graph.Kernels.Elementwise.Fill(dx.Floats, 0f);
                var share = graph.Scratch(1);
                graph.Kernels.Elementwise.Scale(graph.Arrived(y), scale, share);
                graph.Kernels.Elementwise.Binary(Kernels.BinaryOperation.Add, dx.Floats, share, dx.Floats, 1);
            },
            y);
        return y;
    }
}
