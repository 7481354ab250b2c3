using GpuSeq.Kernels;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>The same elements under another shape. Nothing is copied.</summary>
    /// <exception cref="ShapeException">The shapes hold different numbers of elements.</exception>
    public static Tensor Reshape(this Tensor x, Shape shape)
    {
        var graph = Graph.Of(nameof(Reshape), x);
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

    /// <summary>Entries begin to begin + length of the first dimension. Nothing is copied.</summary>
    /// <exception cref="ShapeException">They do not lie inside the tensor.</exception>
    public static Tensor Slice(this Tensor x, int begin, int length)
    {
        var graph = Graph.Of(nameof(Slice), x);
        if (x.Shape.Rank == 0 || begin < 0 || length < 0 || begin > x.Shape[0] - length)
            throw new ShapeException(nameof(Slice), $"{x.Shape} and entries {begin} to {begin + length}");
        Shape shape = [length, .. x.Shape.Skip(1)];
        var offset = x.Shape[0] == 0 ? 0 : x.Shape.ElementCount / x.Shape[0] * begin;
        var y = graph.Alias(x, shape, offset, x.RequiresGradient);
        graph.Remember(
            nameof(Slice),
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                if (!dx.Adds) // the other entries get nothing
                    graph.Kernels.Elementwise.Fill(dx.Floats, 0f);
                graph.Kernels.Elementwise.Scale(graph.Arrived(y), 1f, dx.Floats.Part(offset, shape.ElementCount), accumulate: true);
            },
            v => [v[0].AsSpan((int)offset, shape.IntCount).ToArray()]);
        return y;
    }

    /// <summary>The values of a tensor without its history: no gradient goes through.</summary>
    public static Tensor Detach(this Tensor x) => Graph.Of(nameof(Detach), x).Alias(x, x.Shape, 0, requiresGradient: false);
}
