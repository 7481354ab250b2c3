using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// The largest element, or the mean, of each window: x [planes, H, W], y [planes, OH, OW]. Padding never is the largest; in a
/// mean it is 0. Maxima remember where they were found, and only that place gets a gradient: the first of several that are
/// equal, and the last that is NaN, as in PyTorch.
/// </summary>
public sealed class Pooling
{
    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, PoolingArguments> _forward;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, PoolingArguments> _backward;

    internal Pooling(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<int>, PoolingArguments>(
            isRow ? PoolingRows.Forward : PoolingGroups.Forward);
        _backward = library.LoadKernel<ArrayView<int>, ArrayView<float>, ArrayView<float>, PoolingArguments>(
            isRow ? PoolingRows.Backward : PoolingGroups.Backward);
    }

    /// <summary>y = the largest element of each window.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="x">[planes, H, W].</param>
    /// <param name="y">[planes, OH, OW].</param>
    /// <param name="indices">[planes, OH, OW]: where in its plane each was found; -1 for a window of padding alone.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Max(in PoolingShape shape, ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices)
    {
        Check(shape, nameof(indices), indices.Length, shape.OutputLength);
        Forward(shape, x, y, indices, new(shape, (int)_library.Width));
    }

    /// <summary>dx (+)= dy at the places where the maxima were found.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="indices">[planes, OH, OW], from the forward pass.</param>
    /// <param name="dy">[planes, OH, OW].</param>
    /// <param name="dx">[planes, H, W].</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds; otherwise dx is not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void MaxBackward(
        in PoolingShape shape, ArrayView<int> indices, ArrayView<float> dy, ArrayView<float> dx, bool accumulate = false)
    {
        Check(shape, nameof(indices), indices.Length, shape.OutputLength);
        Backward(shape, indices, dy, dx, new(shape, (int)_library.Width) { Accumulate = accumulate ? 1 : 0 });
    }

    /// <summary>y = the mean of each window.</summary>
    /// <param name="shape">Sizes and options, without dilation.</param>
    /// <param name="x">[planes, H, W].</param>
    /// <param name="y">[planes, OH, OW].</param>
    /// <param name="countsPadding">Whether the mean divides by the elements of the window in the padding, too.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Average(in PoolingShape shape, ArrayView<float> x, ArrayView<float> y, bool countsPadding = true) =>
        Forward(shape, x, y, default, AverageArguments(shape, countsPadding, false));

    /// <summary>dx (+)= the sum of dy over the windows that have an element, each divided as its mean was.</summary>
    /// <param name="shape">Sizes and options, without dilation.</param>
    /// <param name="dy">[planes, OH, OW].</param>
    /// <param name="dx">[planes, H, W].</param>
    /// <param name="countsPadding">As in the forward pass.</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds; otherwise dx is not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void AverageBackward(
        in PoolingShape shape, ArrayView<float> dy, ArrayView<float> dx, bool countsPadding = true, bool accumulate = false) =>
        Backward(shape, default, dy, dx, AverageArguments(shape, countsPadding, accumulate));

    private void Forward(
        in PoolingShape shape, ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices, PoolingArguments arguments)
    {
        Check(shape);
        Check(shape, nameof(x), x.Length, shape.InputLength);
        Check(shape, nameof(y), y.Length, shape.OutputLength);
        if (y.Length == 0)
            return;
        var rows = arguments.Planes * arguments.OutputHeight;
        arguments.PerItem = RowItems.RowsPerItem(rows, arguments.OutputWidth * arguments.KernelHeight * arguments.KernelWidth);
        _forward(_library.Shape == KernelShape.Row ? RowItems.Blocks(rows, arguments.PerItem) : y.IntLength, x, y, indices, arguments);
    }

    private void Backward(
        in PoolingShape shape, ArrayView<int> indices, ArrayView<float> dy, ArrayView<float> dx, PoolingArguments arguments)
    {
        Check(shape);
        Check(shape, nameof(dy), dy.Length, shape.OutputLength);
        Check(shape, nameof(dx), dx.Length, shape.InputLength);
        if (dx.Length == 0)
            return;
        arguments.PerItem = RowItems.RowsPerItem(arguments.Planes, arguments.Height * arguments.Width);
        _backward(
            _library.Shape == KernelShape.Row ? RowItems.Blocks(arguments.Planes, arguments.PerItem) : dx.IntLength,
            indices, dy, dx, arguments);
    }

    private PoolingArguments AverageArguments(in PoolingShape shape, bool countsPadding, bool accumulate)
    {
        if (shape.DilationHeight != 1 || shape.DilationWidth != 1)
            throw new ArgumentException($"Pooling {shape}: means have no dilation.", nameof(shape));
        return new(shape, (int)_library.Width)
        {
            IsAverage = 1,
            CountsPadding = countsPadding ? 1 : 0,
            Accumulate = accumulate ? 1 : 0,
        };
    }

    private static void Check(in PoolingShape shape)
    {
        if (shape.Planes < 0 || shape.Height < 0 || shape.Width < 0)
            throw new ArgumentException($"Pooling {shape}: sizes must not be negative.", nameof(shape));
        if (shape.KernelHeight < 1 || shape.KernelWidth < 1 || shape.StrideHeight < 1 || shape.StrideWidth < 1
            || shape.DilationHeight < 1 || shape.DilationWidth < 1)
        {
            throw new ArgumentException($"Pooling {shape}: kernels, strides and dilations are at least 1.", nameof(shape));
        }
        if (shape.PaddingHeight < 0 || shape.PaddingWidth < 0
            || 2 * shape.PaddingHeight > shape.KernelHeight || 2 * shape.PaddingWidth > shape.KernelWidth)
        {
            throw new ArgumentException($"Pooling {shape}: the padding is at most half the kernel.", nameof(shape));
        }
    }

    private static void Check(in PoolingShape shape, string name, long length, long needed)
    {
        if (length != needed || length > int.MaxValue)
            throw new ArgumentException($"Pooling {shape}: {name} has {length} elements and needs {needed}.", name);
    }
}
