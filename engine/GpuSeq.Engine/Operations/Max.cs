using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>The largest elements along an axis. The gradient goes to the first of several; NaN counts as the largest.</summary>
    /// <param name="x">Any tensor of float32.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with size 1.</param>
    /// <exception cref="ShapeException">x has no such axis, or it is empty.</exception>
    public static Tensor Max(this Tensor x, int axis, bool keepAxis = false)
    {
        var graph = Graph.Of(nameof(Max), x);
        axis = FilledAxis(nameof(Max), x, axis);
        var along = Along(x.Shape, axis);
        var y = graph.Result(Without(x.Shape, axis, keepAxis), x);
        var places = y.RequiresGradient ? x.ArgMax(axis) : null;
        graph.Kernels.Reduction.Max(x.Floats, y.Floats, along);

        graph.Remember(
            nameof(Max),
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Reduction.SelectBackward(graph.Arrived(y), places!.Ints, dx.Floats, along, dx.Adds);
            },
            v => [Values(y, result =>
            {
                for (var i = 0; i < result.Length; i++)
                    result[i] = ReductionReference.Line<double>(v[0], along, i).Max();
            })]);
        return y;
    }

    /// <summary>Where the largest elements along an axis stand, as integers: the first of several; NaN counts as the largest.</summary>
    /// <param name="x">Any tensor of float32.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="keepAxis">Whether the axis stays, with size 1.</param>
    /// <exception cref="ShapeException">x has no such axis, or it is empty.</exception>
    public static Tensor ArgMax(this Tensor x, int axis, bool keepAxis = false)
    {
        var graph = Graph.Of(nameof(ArgMax), x);
        axis = FilledAxis(nameof(ArgMax), x, axis);
        var places = graph.New(Without(x.Shape, axis, keepAxis), ElementType.Int32);
        graph.Kernels.Reduction.ArgMax(x.Floats, places.Ints, Along(x.Shape, axis));
        return places;
    }

    private static int FilledAxis(string operation, Tensor x, int axis)
    {
        axis = Axis(operation, x, axis);
        return x.Shape[axis] > 0 || x.Shape.WithSize(axis, 1).ElementCount == 0
            ? axis
            : throw new ShapeException(operation, $"{x.Shape} has nothing along axis {axis}");
    }
}
