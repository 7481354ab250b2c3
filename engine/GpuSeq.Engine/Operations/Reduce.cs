using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>The sum of all elements.</summary>
    public static Tensor Sum(this Tensor x) => Reduce(nameof(Sum), x, AxisShape.Last(1, x.Shape.IntCount), Shape.Scalar, 1f);

    /// <summary>The mean of all elements.</summary>
    public static Tensor Mean(this Tensor x) =>
        Reduce(nameof(Mean), x, AxisShape.Last(1, x.Shape.IntCount), Shape.Scalar, 1f / Math.Max(1, x.Shape.IntCount));

    /// <summary>Sums along an axis.</summary>
    /// <param name="x">Any tensor of float32.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with size 1.</param>
    /// <exception cref="ShapeException">x has no such axis.</exception>
    public static Tensor Sum(this Tensor x, int axis, bool keepAxis = false)
    {
        axis = Axis(nameof(Sum), x, axis);
        return Reduce(nameof(Sum), x, Along(x.Shape, axis), Without(x.Shape, axis, keepAxis), 1f);
    }

    /// <summary>Means along an axis.</summary>
    /// <param name="x">Any tensor of float32.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with size 1.</param>
    /// <exception cref="ShapeException">x has no such axis.</exception>
    public static Tensor Mean(this Tensor x, int axis, bool keepAxis = false)
    {
        axis = Axis(nameof(Mean), x, axis);
        return Reduce(nameof(Mean), x, Along(x.Shape, axis), Without(x.Shape, axis, keepAxis), 1f / Math.Max(1, x.Shape[axis]));
    }

    private static Tensor Reduce(string operation, Tensor x, AxisShape axis, Shape shape, float scale)
    {
        var graph = Graph.Of(operation, x);
        var y = graph.Result(shape, x);
        graph.Kernels.Reduction.Sum(x.Floats, y.Floats, axis, scale);

        graph.Remember(
            operation,
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Reduction.SumBackward(graph.Arrived(y), dx.Floats, axis, scale, dx.Adds);
            },
            v => [Values(y, result => ReductionReference.Sum<double>(v[0], result, axis, scale, accumulate: false))]);
        return y;
    }

    private static AxisShape Along(Shape shape, int axis)
    {
        var outer = 1;
        foreach (var size in shape.Sizes[..axis])
            outer = checked(outer * size);
        return new(outer, shape[axis], Inner(shape, axis));
    }

    private static Shape Without(Shape shape, int axis, bool keepAxis = false) =>
        keepAxis ? shape.WithSize(axis, 1) : [.. shape.Take(axis), .. shape.Skip(axis + 1)];
}
