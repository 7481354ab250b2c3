namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// Entries begin, begin + step, ... of an axis. Where they do not lie side by side, matrix products read them in place; other
    /// operations have them copied, once.
    /// </summary>
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
        var (from, offset) = TensorView.StridesOf(x);
        int[] strides = [.. from];
        strides[axis] *= step;
        return View(
            nameof(Slice), x, PartOf(x.Shape, axis, begin, length, step), x.Shape.WithSize(axis, length), strides,
            offset + (long)begin * from[axis], () => PlacesOf(x.Shape, axis, begin, length, step));
    }

    /// <summary>The entries of an axis that a range names, as in <c>x.Slice(-1, 1..^1)</c>.</summary>
    /// <exception cref="ShapeException">x has no such axis.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the axis.</exception>
    public static Tensor Slice(this Tensor x, int axis, Range range)
    {
        var (begin, length) = range.GetOffsetAndLength(x.Shape[Axis(nameof(Slice), x, axis)]);
        return x.Slice(axis, begin, length, step: 1);
    }

    /// <summary>Entries begin to begin + length of the first axis. Nothing is copied.</summary>
    /// <exception cref="ShapeException">They do not lie inside the tensor.</exception>
    public static Tensor Slice(this Tensor x, int begin, int length) => x.Slice(0, begin, length, step: 1);

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
}
