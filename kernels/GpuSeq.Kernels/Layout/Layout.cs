using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Tensors in another layout: permuted, sliced, put together, padded, repeated. All of them, and their gradients, are one copy
/// between strided blocks; see <see cref="StridedCopy"/>.
/// </summary>
public sealed class Layout
{
    private const int TargetRows = LayoutRows.StripRows;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, LayoutArguments> _copy;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, LayoutArguments>? _transpose;

    internal Layout(KernelLibrary library)
    {
        _library = library;
        if (library.Shape == KernelShape.Row)
        {
            _copy = library.LoadKernel<ArrayView<float>, ArrayView<float>, LayoutArguments>(
                LayoutRows.Copy);
        }
        else
        {
            _copy = library.LoadKernel<ArrayView<float>, ArrayView<float>, LayoutArguments>(
                LayoutGroups.Copy);
            _transpose = library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, LayoutArguments>(LayoutGroups.Transpose);
        }
    }

    /// <summary>Copies, or adds, a block of elements.</summary>
    /// <param name="copy">Which elements, and where to.</param>
    /// <param name="source">What is read.</param>
    /// <param name="target">What is written; elements outside the block stay as they are. Must not be the source's memory.</param>
    /// <param name="accumulate">Whether the elements are added to what the target holds.</param>
    /// <exception cref="ArgumentException">The block does not lie inside the operands.</exception>
    public void Copy(in StridedCopy copy, ArrayView<float> source, ArrayView<float> target, bool accumulate = false)
    {
        copy.Check(source.Length, target.Length);
        var count = copy.Count;
        if (count == 0)
            return;
        var arguments = new LayoutArguments(copy, accumulate, _library.Width);
        if (_library.Shape == KernelShape.Row)
        {
            Cut(ref arguments);
            _copy(RowItems.Blocks(arguments.Units, arguments.UnitsPerItem), source, target, arguments);
        }
        else if (arguments.IsTransposed != 0)
        {
            var tiles = RowItems.Blocks(arguments.A4.Size, LayoutGroups.Tile) * RowItems.Blocks(arguments.A5.Size, LayoutGroups.Tile);
            var group = new Index2D(LayoutGroups.Tile, LayoutGroups.LaneRows);
            _transpose!(new KernelConfig(new Index2D(checked(tiles * arguments.Outer), 1), group), source, target, arguments);
        }
        else
        {
            _copy(checked((int)count), source, target, arguments);
        }
    }

    /// <summary>Copies a block of integers.</summary>
    /// <param name="copy">Which elements, and where to.</param>
    /// <param name="source">What is read.</param>
    /// <param name="target">What is written.</param>
    /// <exception cref="ArgumentException">The block does not lie inside the operands.</exception>
    public void Copy(in StridedCopy copy, ArrayView<int> source, ArrayView<int> target) =>
        Copy(copy, source.Cast<float>(), target.Cast<float>()); // only bits are moved

    // Units are rows, or parts of long ones; in a transposition, strips of a few target rows.
    private static void Cut(ref LayoutArguments arguments)
    {
        var isTransposed = arguments.IsTransposed != 0;
        arguments.PartLength = Math.Min(arguments.A5.Size, isTransposed ? RowItems.Moves / TargetRows : RowItems.Moves);
        arguments.Parts = RowItems.Blocks(arguments.A5.Size, arguments.PartLength);
        var strips = isTransposed ? RowItems.Blocks(arguments.A4.Size, TargetRows) : 1;
        var perUnit = arguments.PartLength * (isTransposed ? Math.Min(arguments.A4.Size, TargetRows) : 1);
        arguments.Units = checked(arguments.Outer * arguments.Parts * strips);
        arguments.UnitsPerItem = RowItems.RowsPerItem(arguments.Units, perUnit, RowItems.Moves);
    }
}
