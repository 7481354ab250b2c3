using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;
using ILGPU;

namespace GpuSeq.Engine;

// What operations share that put elements in other places.
public static partial class Operations
{
    // y = some elements of x, each at most once, at other strides. The gradient goes back the same way; what was not taken gets
    // nothing.
    private static Tensor View(
        string operation, Tensor x, StridedCopy copy, Shape shape, int[] strides, long offset, Func<int[]> places)
    {
        var graph = Graph.Of(operation, x);
        var y = TensorView.IsDense(shape, strides)
            ? graph.Alias((x as TensorView)?.Root ?? x, shape, offset, x.RequiresGradient)
            : new TensorView(x, shape, offset, strides);
        graph.Remember(
            operation,
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                var adds = dx.Adds;
                if (!adds && shape.ElementCount < x.Shape.ElementCount)
                    graph.Kernels.Elementwise.Fill(dx.Floats, 0f);
                graph.Kernels.Layout.Copy(copy.Reversed, graph.Arrived(y), dx.Floats, adds);
            },
            v => [Copied(places(), v[0])]);
        return y;
    }

    private static StridedCopy PartOf(Shape shape, int axis, int begin, int length, int step = 1)
    {
        Span<int> begins = stackalloc int[shape.Rank];
        Span<int> steps = stackalloc int[shape.Rank];
        Span<int> counts = stackalloc int[shape.Rank];
        begins.Clear();
        steps.Fill(1);
        shape.Sizes.CopyTo(counts);
        (begins[axis], steps[axis], counts[axis]) = (begin, step, length);
        return StridedCopy.Window(shape.Sizes, begins, counts, steps);
    }

    // For each element of a part of an axis, which element of the whole tensor it is.
    private static int[] PlacesOf(Shape shape, int axis, int begin, int length, int step = 1)
    {
        var (begins, steps) = (new int[shape.Rank], Steps(shape.Rank));
        (begins[axis], steps[axis]) = (begin, step);
        return LayoutReference.Window([.. shape], begins, [.. shape.WithSize(axis, length)], steps);
    }

    private static int[] Steps(int rank) => [.. Enumerable.Repeat(1, rank)];

    private static void Place(int[] places, double[] values, double[] result)
    {
        for (var i = 0; i < values.Length; i++)
            result[places[i]] = values[i];
    }

    private static ArrayView<float> Bits(Tensor tensor) => tensor.ElementType == ElementType.Int32
        ? tensor.Ints.Cast<float>() // copies move bits, whatever they mean
        : tensor.Floats;

    private static int Axis(string operation, Tensor x, int axis) => axis >= -x.Shape.Rank && axis < x.Shape.Rank
        ? axis < 0 ? axis + x.Shape.Rank : axis
        : throw new ShapeException(operation, $"{x.Shape} has no axis {axis}");
}
