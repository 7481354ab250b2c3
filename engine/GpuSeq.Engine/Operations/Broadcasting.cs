using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;
using ILGPU;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>Repeats a tensor along its axes of size 1, and along new ones before its first.</summary>
    /// <exception cref="ShapeException">A size is neither 1 nor the wanted one.</exception>
    public static Tensor BroadcastTo(this Tensor x, Shape shape)
    {
        var graph = Graph.Of(nameof(BroadcastTo), x);
        if (!BroadcastsTo(x.Shape, shape))
            throw new ShapeException(nameof(BroadcastTo), $"{x.Shape} and {shape}");
        if (x.Shape.Equals(shape))
            return x;
        var y = Expand(graph, x, shape);
        graph.Remember(
            nameof(BroadcastTo), [x], [y], () => AddReduced(graph, graph.Arrived(y), shape, x),
            v => [Copied(LayoutReference.Broadcast([.. x.Shape], [.. shape]), v[0])]);
        return y;
    }

    // The shape that two operands have together, or null: sizes are aligned at their ends, and 1 fits any.
    private static Shape? Together(Shape a, Shape b)
    {
        var sizes = new int[Math.Max(a.Rank, b.Rank)];
        for (var i = 1; i <= sizes.Length; i++)
        {
            var (left, right) = (i <= a.Rank ? a[-i] : 1, i <= b.Rank ? b[-i] : 1);
            if (left != right && left != 1 && right != 1)
                return null;
            sizes[^i] = left == 1 ? right : left;
        }
        return new(sizes);
    }

    private static bool BroadcastsTo(Shape x, Shape shape) => Together(x, shape) is { } together && together.Equals(shape);

    private static Tensor Expand(Graph graph, Tensor x, Shape shape)
    {
        var y = graph.Result(shape, x.ElementType, x);
        graph.Kernels.Layout.Copy(
            StridedCopy.Broadcast(x.Shape.Sizes, shape.Sizes), x.Memory.Cast<float>(), y.Memory.Cast<float>()); // only bits are moved
        return y;
    }

    // dx (+)= the sum of dy over the axes along which x was repeated: they are moved to the front and summed as rows.
    private static void AddReduced(Graph graph, ArrayView<float> dy, Shape shape, Tensor x)
    {
        var order = new int[shape.Rank];
        var (rows, count) = (1, 0);
        foreach (var isRepeated in new[] { true, false })
        {
            for (var axis = 0; axis < shape.Rank; axis++)
            {
                var own = axis - (shape.Rank - x.Shape.Rank);
                if ((shape[axis] != (own >= 0 ? x.Shape[own] : 1)) != isRepeated)
                    continue;
                order[count++] = axis;
                rows *= isRepeated ? shape[axis] : 1;
            }
        }
        var dx = graph.Accumulate(x);
        var isInFront = true;
        for (var i = 0; i < order.Length; i++)
            isInFront &= order[i] == i;
        if (!isInFront)
        {
            var moved = graph.Scratch(dy.Length);
            graph.Kernels.Layout.Copy(StridedCopy.Permute(shape.Sizes, order), dy, moved);
            dy = moved;
        }
        graph.Kernels.Reduction.SumRows(dy, dx.Floats, rows, x.Shape.IntCount, accumulate: dx.Adds);
    }
}
