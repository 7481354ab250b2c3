using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of maxima and means over windows.</summary>
public static class PoolingReference
{
    /// <summary>y = the largest of each window, and where in its plane: the first of several, the last NaN, -1 for nothing.</summary>
    public static void Max<T>(PoolingShape shape, ReadOnlySpan<T> x, Span<T> y, Span<int> indices)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            (y[i], indices[i]) = (T.NegativeInfinity, -1);
            foreach (var place in Window(shape, i))
            {
                var value = x[Plane(shape, i) + place];
                if (indices[i] < 0 || value > y[i] || T.IsNaN(value))
                    (y[i], indices[i]) = (value, place);
            }
        }
    }

    /// <summary>The gradient of <see cref="Max"/>, added to what dx holds.</summary>
    public static void MaxBackward<T>(PoolingShape shape, ReadOnlySpan<int> indices, ReadOnlySpan<T> dy, Span<T> dx)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < dy.Length; i++)
        {
            if (indices[i] >= 0)
                dx[Plane(shape, i) + indices[i]] += dy[i];
        }
    }

    /// <summary>y = the sum of each window over the number of its elements.</summary>
    public static void Average<T>(PoolingShape shape, ReadOnlySpan<T> x, Span<T> y, bool countsPadding)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            var sum = T.Zero;
            foreach (var place in Window(shape, i))
                sum += x[Plane(shape, i) + place];
            y[i] = sum / T.CreateChecked(Divisor(shape, i, countsPadding));
        }
    }

    /// <summary>The gradient of <see cref="Average"/>, added to what dx holds.</summary>
    public static void AverageBackward<T>(PoolingShape shape, ReadOnlySpan<T> dy, Span<T> dx, bool countsPadding)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < dy.Length; i++)
        {
            foreach (var place in Window(shape, i))
                dx[Plane(shape, i) + place] += dy[i] / T.CreateChecked(Divisor(shape, i, countsPadding));
        }
    }

    private static int Plane(PoolingShape shape, int index) =>
        index / (shape.OutputHeight * shape.OutputWidth) * shape.Height * shape.Width;

    private static IEnumerable<int> Window(PoolingShape shape, int index)
    {
        foreach (var row in Entries(index / shape.OutputWidth % shape.OutputHeight, shape.Height, shape.KernelHeight, shape.StrideHeight,
            shape.PaddingHeight, shape.DilationHeight))
        {
            foreach (var column in Entries(index % shape.OutputWidth, shape.Width, shape.KernelWidth, shape.StrideWidth,
                shape.PaddingWidth, shape.DilationWidth))
            {
                yield return row * shape.Width + column;
            }
        }
    }

    private static IEnumerable<int> Entries(int window, int size, int kernel, int stride, int padding, int dilation) =>
        Enumerable.Range(0, kernel).Select(tap => window * stride - padding + tap * dilation).Where(entry => entry >= 0 && entry < size);

    private static int Divisor(PoolingShape shape, int index, bool countsPadding)
    {
        if (!countsPadding)
            return Window(shape, index).Count();
        var (i, j) = (index / shape.OutputWidth % shape.OutputHeight, index % shape.OutputWidth);
        var rows = Math.Min(i * shape.StrideHeight + shape.KernelHeight, shape.Height + 2 * shape.PaddingHeight) - i * shape.StrideHeight;
        var columns = Math.Min(j * shape.StrideWidth + shape.KernelWidth, shape.Width + 2 * shape.PaddingWidth) - j * shape.StrideWidth;
        return rows * columns;
    }
}
