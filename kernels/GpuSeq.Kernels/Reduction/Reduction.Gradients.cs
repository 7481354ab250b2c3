using ILGPU;

namespace GpuSeq.Kernels;

public sealed partial class Reduction
{
    /// <summary>The gradient of a sum over an axis, or with a scale of 1 / length of a mean: dx (+)= scale dy, for every element.</summary>
    /// <param name="dy">[outer, inner].</param>
    /// <param name="dx">[outer, length, inner].</param>
    /// <param name="shape">The axis.</param>
    /// <param name="scale">The factor of the sum.</param>
    /// <param name="accumulate">Whether to add to what dx holds; otherwise it is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void SumBackward(ArrayView<float> dy, ArrayView<float> dx, AxisShape shape, float scale = 1f, bool accumulate = false)
    {
        Check("Sum backward", dx.Length, dy.Length, shape);
        if (shape.Elements == 0)
            return;
        var arguments = Arguments(shape, accumulate);
        arguments.Scale = scale;
        var isLast = shape.Inner == 1;
        var rows = isLast ? shape.Outer : checked(shape.Outer * shape.Length);
        arguments.RowsPerItem = RowItems.RowsPerItem(rows, isLast ? shape.Length : shape.Inner, RowItems.Moves);
        _spread(Items(shape, rows, arguments.RowsPerItem), dy, dx, arguments);
    }

    /// <summary>
    /// The gradient of the largest elements along an axis: dx (+)= dy where they stood, 0 elsewhere. Serves maxima, whose k is 1,
    /// and the k largest.
    /// </summary>
    /// <param name="dy">[outer, k, inner].</param>
    /// <param name="places">[outer, k, inner], where they stood: k different places from 0 to the length, exclusively.</param>
    /// <param name="dx">[outer, length, inner].</param>
    /// <param name="shape">The axis.</param>
    /// <param name="accumulate">Whether to add to what dx holds; otherwise it is not read.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void SelectBackward(ArrayView<float> dy, ArrayView<int> places, ArrayView<float> dx, AxisShape shape, bool accumulate = false)
    {
        var selected = shape.Results == 0 ? 0 : (int)(dy.Length / shape.Results);
        Check("Select backward", dx.Length, shape.Results, shape);
        if (dy.Length != selected * shape.Results)
            throw SizeMismatch.Of("Select backward", "dy", dy.Length, $"[{shape.Outer}, k, {shape.Inner}]");
        if (places.Length != dy.Length)
            throw SizeMismatch.Between("Select backward", "places", places.Length, "dy", dy.Length);
        if (shape.Elements == 0)
            return;
        var arguments = Arguments(shape, accumulate);
        arguments.Selected = selected;
        arguments.RowsPerItem = RowItems.RowsPerItem(shape.Outer, checked(shape.Length * shape.Inner), RowItems.Moves);
        _scatter(Items(shape, shape.Outer, arguments.RowsPerItem), dy, places, dx, arguments);
    }

    private int Items(AxisShape shape, int rows, int rowsPerItem) =>
        _library.Shape == KernelShape.Row ? RowItems.Blocks(rows, rowsPerItem) : checked((int)shape.Elements);

    private ReductionGradients.Arguments Arguments(AxisShape shape, bool accumulate) => new()
    {
        Outer = shape.Outer,
        Length = shape.Length,
        Inner = shape.Inner,
        Accumulate = accumulate ? 1 : 0,
        Width = (int)_library.Width,
    };
}
