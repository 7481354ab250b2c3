using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;
using ILGPU;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>The axes in another order: axis i of the result is axis order[i] of x.</summary>
    /// <exception cref="ShapeException">The order does not name every axis once.</exception>
    public static Tensor Permute(this Tensor x, params ReadOnlySpan<int> order)
    {
        Span<bool> isNamed = stackalloc bool[x.Shape.Rank];
        var sizes = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            if (order.Length != x.Shape.Rank || order[i] < 0 || order[i] >= x.Shape.Rank || isNamed[order[i]])
                throw new ShapeException(nameof(Permute), $"x {x.Shape} and the order [{string.Join(", ", order.ToArray())}]");
            isNamed[order[i]] = true;
            sizes[i] = x.Shape[order[i]];
        }
        if (order.Length != x.Shape.Rank)
            throw new ShapeException(nameof(Permute), $"x {x.Shape} and the order []");
        int[] axes = [.. order];
        return CopyOut(
            nameof(Permute), x, StridedCopy.Permute(x.Shape.Sizes, order), new(sizes),
            () => LayoutReference.Permute([.. x.Shape], axes));
    }

    /// <summary>Two axes change places; by default the last two. Negative axes count from the end.</summary>
    /// <exception cref="ShapeException">x has no such axes.</exception>
    public static Tensor Transpose(this Tensor x, int first = -2, int second = -1)
    {
        var order = Enumerable.Range(0, x.Shape.Rank).ToArray();
        (first, second) = (Axis(nameof(Transpose), x, first), Axis(nameof(Transpose), x, second));
        (order[first], order[second]) = (order[second], order[first]);
        return x.Permute(order);
    }

    /// <summary>Entries begin, begin + step, ... of an axis.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="begin">The first entry.</param>
    /// <param name="length">The number of entries.</param>
    /// <param name="step">From one to the next, at least 1.</param>
    /// <exception cref="ShapeException">The entries do not lie inside the axis.</exception>
    public static Tensor Slice(this Tensor x, int axis, int begin, int length, int step = 1)
    {
        axis = Axis(nameof(Slice), x, axis);
        var size = x.Shape[axis];
        if (begin < 0 || length < 0 || step < 1 || begin > size || (length > 0 && begin + (length - 1L) * step >= size))
            throw new ShapeException(nameof(Slice), $"{x.Shape} and {length} entries of axis {axis} from {begin} on by {step}");
        return CopyOut(
            nameof(Slice), x, PartOf(x.Shape, axis, begin, length, step), x.Shape.WithSize(axis, length),
            () => PlacesOf(x.Shape, axis, begin, length, step));
    }

    /// <summary>Parts of an axis, one after the other.</summary>
    /// <param name="x">Any tensor.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="sizes">The parts' sizes, together the axis's.</param>
    /// <exception cref="ShapeException">The sizes do not add up.</exception>
    public static Tensor[] Split(this Tensor x, int axis, params ReadOnlySpan<int> sizes)
    {
        axis = Axis(nameof(Split), x, axis);
        var total = 0L;
        foreach (var size in sizes)
            total += size;
        if (total != x.Shape[axis])
            throw new ShapeException(nameof(Split), $"{x.Shape} and parts [{string.Join(", ", sizes.ToArray())}] of axis {axis}");
        var parts = new Tensor[sizes.Length];
        var begin = 0;
        for (var i = 0; i < sizes.Length; begin += sizes[i++])
            parts[i] = x.Slice(axis, begin, sizes[i], step: 1);
        return parts;
    }

    /// <summary>Tensors one after the other along an axis; their other sizes are the same.</summary>
    /// <param name="tensors">At least one.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Concat(this IReadOnlyList<Tensor> tensors, int axis)
    {
        var parts = tensors.ToArray(); // what the list holds later does not matter
        if (parts.Length == 0)
            throw new ShapeException(nameof(Concat), "no tensors");
        var graph = Graph.Of(nameof(Concat), parts);
        axis = Axis(nameof(Concat), parts[0], axis);
        foreach (var part in parts)
        {
            if (part.Shape.Rank != parts[0].Shape.Rank || part.ElementType != parts[0].ElementType
                || !part.Shape.WithSize(axis, 0).Equals(parts[0].Shape.WithSize(axis, 0)))
            {
                throw new ShapeException(nameof(Concat), $"{parts[0]} and {part} along axis {axis}");
            }
        }
        var shape = parts[0].Shape.WithSize(axis, parts.Sum(part => part.Shape[axis]));
        var y = graph.Result(shape, parts[0].ElementType, parts);
        var begin = 0;
        foreach (var part in parts)
        {
            graph.Kernels.Layout.Copy(PartOf(shape, axis, begin, part.Shape[axis]).Reversed, Bits(part), Bits(y));
            begin += part.Shape[axis];
        }

        graph.Remember(
            nameof(Concat),
            parts,
            [y],
            () =>
            {
                var begin = 0;
                foreach (var part in parts)
                {
                    if (part.RequiresGradient)
                    {
                        var gradient = graph.Accumulate(part);
                        graph.Kernels.Layout.Copy(
                            PartOf(shape, axis, begin, part.Shape[axis]), graph.Arrived(y), gradient.Floats, gradient.Adds);
                    }
                    begin += part.Shape[axis];
                }
            },
            v => [Values(y, result =>
            {
                var begin = 0;
                for (var i = 0; i < parts.Length; begin += parts[i++].Shape[axis])
                    Place(PlacesOf(shape, axis, begin, parts[i].Shape[axis]), v[i], result);
            })]);
        return y;
    }

    /// <summary>Surrounds a tensor with a number.</summary>
    /// <param name="x">Any tensor of float32.</param>
    /// <param name="margins">Entries before and after each of the last axes, in their order.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="ShapeException">There are more margins than axes, or negative ones.</exception>
    public static Tensor Pad(this Tensor x, IReadOnlyList<(int Before, int After)> margins, float value = 0f)
    {
        var graph = Graph.Of(nameof(Pad), x);
        var first = x.Shape.Rank - margins.Count;
        if (first < 0 || margins.Any(margin => margin.Before < 0 || margin.After < 0))
            throw new ShapeException(nameof(Pad), $"x {x.Shape} and margins {string.Join(", ", margins)}");
        var (begins, sizes) = (new int[x.Shape.Rank], x.Shape.ToArray());
        for (var i = 0; i < margins.Count; i++)
        {
            begins[first + i] = margins[i].Before;
            sizes[first + i] += margins[i].Before + margins[i].After;
        }
        var inside = StridedCopy.Window(sizes, begins, x.Shape.Sizes);
        var y = graph.Result(new(sizes), x);
        graph.Kernels.Elementwise.Fill(y.Floats, value);
        graph.Kernels.Layout.Copy(inside.Reversed, x.Floats, y.Floats);

        graph.Remember(
            nameof(Pad),
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Layout.Copy(inside, graph.Arrived(y), dx.Floats, dx.Adds);
            },
            v => [Values(y, result =>
            {
                Array.Fill(result, value);
                Place(LayoutReference.Window(sizes, begins, [.. x.Shape], Steps(x.Shape.Rank)), v[0], result);
            })]);
        return y;
    }

    // y = some elements of x, each at most once. The gradient goes back the same way; what was not taken gets nothing.
    private static Tensor CopyOut(string operation, Tensor x, StridedCopy copy, Shape shape, Func<int[]> places)
    {
        var graph = Graph.Of(operation, x);
        var y = graph.Result(shape, x.ElementType, x);
        graph.Kernels.Layout.Copy(copy, Bits(x), Bits(y));
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
