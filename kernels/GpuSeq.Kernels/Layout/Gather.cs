using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Entries of an axis, looked up by number. x [outer, axis, inner]. Select takes the same entries everywhere:
/// y[o, i, k] = x[o, indices[i], k], indices [n]. Take chooses for each element: y[o, i, k] = x[o, indices[o, i, k], k]. Both are
/// look-ups in a table of x's rows, or single elements; so are the gradients, which sum in ascending order of positions.
/// </summary>
/// <remarks>An index outside the axis is an error of the caller, as in <see cref="Embedding"/>.</remarks>
public sealed class Gather
{
    private const int ItemLength = 4 * 1024;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<int>, GatherKernels.Arguments> _number;

    internal Gather(KernelLibrary library)
    {
        _library = library;
        _number = library.LoadKernel<ArrayView<int>, ArrayView<int>, GatherKernels.Arguments>(
            library.Shape == KernelShape.Row ? GatherKernels.NumberPart : GatherKernels.NumberLane);
    }

    /// <summary>y[o, i, k] = x[o, indices[i], k].</summary>
    /// <param name="axis">Entries of the axis.</param>
    /// <param name="inner">Elements of an entry.</param>
    /// <param name="x">[outer, axis, inner].</param>
    /// <param name="indices">[n], each from 0 to axis, exclusively.</param>
    /// <param name="y">[outer, n, inner].</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Select(int axis, int inner, ArrayView<float> x, ArrayView<int> indices, ArrayView<float> y)
    {
        var outer = CheckSelect(axis, inner, x.Length, indices.Length, y.Length);
        if (y.Length == 0)
            return;
        using var numbers = SelectedRows(axis, outer, indices, out var ids);
        _library.Embedding.Forward(inner, x, ids, y);
    }

    /// <summary>dx[o, a, k] (+)= the sum of dy[o, i, k] over the i with indices[i] = a.</summary>
    /// <param name="axis">Entries of the axis.</param>
    /// <param name="inner">Elements of an entry.</param>
    /// <param name="indices">[n], each from 0 to axis, exclusively.</param>
    /// <param name="dy">[outer, n, inner].</param>
    /// <param name="dx">[outer, axis, inner].</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds; otherwise dx is not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void SelectBackward(
        int axis, int inner, ArrayView<int> indices, ArrayView<float> dy, ArrayView<float> dx, bool accumulate = false)
    {
        var outer = CheckSelect(axis, inner, dx.Length, indices.Length, dy.Length);
        if (dx.Length == 0)
            return;
        using var numbers = SelectedRows(axis, outer, indices, out var ids);
        _library.Embedding.Backward(inner, ids, dy, dx, accumulate);
    }

    /// <summary>y[o, i, k] = x[o, indices[o, i, k], k].</summary>
    /// <param name="axis">Entries of the axis.</param>
    /// <param name="inner">Elements of an entry.</param>
    /// <param name="x">[outer, axis, inner].</param>
    /// <param name="indices">[outer, n, inner], each from 0 to axis, exclusively.</param>
    /// <param name="y">[outer, n, inner].</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Take(int axis, int inner, ArrayView<float> x, ArrayView<int> indices, ArrayView<float> y)
    {
        var count = CheckTake(axis, inner, x.Length, indices.Length, y.Length);
        if (y.Length == 0)
            return;
        using var numbers = Number(new() { Axis = axis, Inner = inner, Count = count, IsTake = 1 }, indices, indices.Length, out var ids);
        _library.Embedding.Forward(1, x, ids, y);
    }

    /// <summary>dx[o, a, k] (+)= the sum of dy[o, i, k] over the i with indices[o, i, k] = a.</summary>
    /// <param name="axis">Entries of the axis.</param>
    /// <param name="inner">Elements of an entry.</param>
    /// <param name="indices">[outer, n, inner], each from 0 to axis, exclusively.</param>
    /// <param name="dy">[outer, n, inner].</param>
    /// <param name="dx">[outer, axis, inner].</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds; otherwise dx is not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void TakeBackward(
        int axis, int inner, ArrayView<int> indices, ArrayView<float> dy, ArrayView<float> dx, bool accumulate = false)
    {
        var count = CheckTake(axis, inner, dx.Length, indices.Length, dy.Length);
        if (dx.Length == 0)
            return;
        using var numbers = Number(new() { Axis = axis, Inner = inner, Count = count, IsTake = 1 }, indices, indices.Length, out var ids);
        _library.Embedding.Backward(1, ids, dy, dx, accumulate);
    }

    // Which rows of the table [outer axis, inner] are looked up.
    private MemoryBlock? SelectedRows(int axis, int outer, ArrayView<int> indices, out ArrayView<int> ids)
    {
        if (outer != 1)
            return Number(new() { Axis = axis, Inner = 1, Count = indices.IntLength }, indices, outer * indices.Length, out ids);
        ids = indices;
        return null;
    }

    private MemoryBlock? Number(GatherKernels.Arguments arguments, ArrayView<int> indices, long length, out ArrayView<int> ids)
    {
        var block = _library.Pool.Rent(length * sizeof(int));
        ids = block.View<int>(length);
        arguments.Cut = new(_library, length, ItemLength);
        if (length > 0)
            _number(_library.FlatItems(arguments.Cut), indices, ids, arguments);
        return block;
    }

    private static int CheckSelect(int axis, int inner, long xLength, long indices, long yLength)
    {
        var entry = (long)axis * inner;
        var outer = entry > 0 ? xLength / entry : indices * inner > 0 ? yLength / (indices * inner) : 0;
        if (axis < 0 || inner < 0 || outer * entry != xLength || outer * indices * inner != yLength || (axis == 0 && yLength > 0))
        {
            throw new ArgumentException(
                $"Gather: {indices} indices of an axis [{axis}, {inner}] do not lead from {xLength} elements to {yLength}.");
        }
        return (int)outer;
    }

    private static int CheckTake(int axis, int inner, long xLength, long indices, long yLength)
    {
        var entry = (long)axis * inner;
        var outer = entry > 0 ? xLength / entry : 0;
        var count = outer * inner > 0 ? indices / (outer * inner) : 0;
        if (axis < 0 || inner < 0 || outer * entry != xLength || indices != yLength || outer * count * inner != indices)
        {
            throw new ArgumentException(
                $"Gather: {indices} indices of an axis [{axis}, {inner}] do not lead from {xLength} elements to {yLength}.");
        }
        return (int)count;
    }
}
