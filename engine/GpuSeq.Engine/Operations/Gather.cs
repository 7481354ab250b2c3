using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>The same entries of an axis everywhere: y[.., i, ..] = x[.., indices[i], ..].</summary>
    /// <param name="x">Any tensor of float32 or of integers.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="indices">[n], each from 0 to the axis's size, exclusively.</param>
    /// <exception cref="ShapeException">The indices are not a row of integers.</exception>
    public static Tensor Select(this Tensor x, int axis, Tensor indices)
    {
        var graph = Graph.Of(nameof(Select), x, indices);
        axis = Axis(nameof(Select), x, axis);
        if (indices.ElementType != ElementType.Int32 || indices.Shape.Rank != 1)
            throw new ShapeException(nameof(Select), $"x {x.Shape} and indices {indices}");
        var (size, inner) = (x.Shape[axis], Inner(x.Shape, axis));
        var y = graph.Result(x.Shape.WithSize(axis, indices.Shape[0]), x.ElementType, x);
        graph.Kernels.Gather.Select(size, inner, Bits(x), indices.Ints, Bits(y));

        graph.Remember(
            nameof(Select),
            [x, indices],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Gather.SelectBackward(size, inner, indices.Ints, graph.Arrived(y), dx.Floats, dx.Adds);
            },
            v => [Values(y, result => GatherReference.Select<double>(size, inner, v[0], Ints(v[1]), result))]);
        return y;
    }

    /// <summary>An entry of an axis for each element: y[.., i, ..] = x[.., indices[.., i, ..], ..], as <c>torch.gather</c>.</summary>
    /// <param name="x">Any tensor of float32.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="indices">Of x's shape but for the axis; each from 0 to the axis's size, exclusively.</param>
    /// <exception cref="ShapeException">The indices are not integers of such a shape.</exception>
    public static Tensor Gather(this Tensor x, int axis, Tensor indices)
    {
        var graph = Graph.Of(nameof(Gather), x, indices);
        axis = Axis(nameof(Gather), x, axis);
        if (indices.ElementType != ElementType.Int32 || indices.Shape.Rank != x.Shape.Rank
            || !indices.Shape.WithSize(axis, 0).Equals(x.Shape.WithSize(axis, 0)))
        {
            throw new ShapeException(nameof(Gather), $"x {x.Shape} and indices {indices} of axis {axis}");
        }
        var (size, inner) = (x.Shape[axis], Inner(x.Shape, axis));
        var y = graph.Result(indices.Shape, x);
        graph.Kernels.Gather.Take(size, inner, x.Floats, indices.Ints, y.Floats);

        graph.Remember(
            nameof(Gather),
            [x, indices],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Gather.TakeBackward(size, inner, indices.Ints, graph.Arrived(y), dx.Floats, dx.Adds);
            },
            v => [Values(y, result => GatherReference.Take<double>(size, inner, indices.Shape[axis], v[0], Ints(v[1]), result))]);
        return y;
    }

    private static int Inner(Shape shape, int axis)
    {
        var inner = 1;
        foreach (var size in shape.Sizes[(axis + 1)..])
            inner = checked(inner * size);
        return inner;
    }
}
