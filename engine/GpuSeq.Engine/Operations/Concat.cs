namespace GpuSeq.Engine;

public static partial class Operations
{
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
}
