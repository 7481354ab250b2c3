using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

/// <summary>Options of <see cref="Operations.MaxPool2d"/> and <see cref="Operations.AvgPool2d"/>, as those of PyTorch's modules.</summary>
public sealed record Pool2dOptions
{
    /// <summary>From one window to the next; null for the kernel's size.</summary>
    public (int Height, int Width)? Stride { get; init; }

    /// <summary>What windows may reach over on every side of an image; at most half the kernel.</summary>
    public (int Height, int Width) Padding { get; init; }

    /// <summary>From one element of a window to the next; maxima only.</summary>
    public (int Height, int Width) Dilation { get; init; } = (1, 1);

    /// <summary>Whether a last window may reach over the padding.</summary>
    public bool CeilMode { get; init; }

    /// <summary>Whether a mean divides by the elements in the padding, too.</summary>
    public bool CountIncludePad { get; init; } = true;
}

public static partial class Operations
{
    /// <summary>The largest element of each window: x [.., H, W], y [.., OH, OW].</summary>
    /// <param name="x">Images.</param>
    /// <param name="kernel">The window.</param>
    /// <param name="options">Or null for the usual ones.</param>
    /// <exception cref="ShapeException">x has no images, or no window fits.</exception>
    public static Tensor MaxPool2d(this Tensor x, (int Height, int Width) kernel, Pool2dOptions? options = null)
    {
        var shape = PoolShape(nameof(MaxPool2d), x, kernel, options ?? new());
        return MaxPool(nameof(MaxPool2d), x, shape, [.. x.Shape.SkipLast(2), shape.OutputHeight, shape.OutputWidth]);
    }

    /// <summary>The mean of each window: x [.., H, W], y [.., OH, OW].</summary>
    /// <param name="x">Images.</param>
    /// <param name="kernel">The window.</param>
    /// <param name="options">Or null for the usual ones.</param>
    /// <exception cref="ShapeException">x has no images, or no window fits.</exception>
    public static Tensor AvgPool2d(this Tensor x, (int Height, int Width) kernel, Pool2dOptions? options = null)
    {
        options ??= new();
        var shape = PoolShape(nameof(AvgPool2d), x, kernel, options);
        Shape result = [.. x.Shape.SkipLast(2), shape.OutputHeight, shape.OutputWidth];
        return AveragePool(nameof(AvgPool2d), x, shape, result, options.CountIncludePad);
    }

    /// <summary>The largest element of each window: x [.., T], y [.., OT].</summary>
    /// <param name="x">Sequences.</param>
    /// <param name="kernel">The window.</param>
    /// <param name="stride">From one window to the next; null for the kernel's size.</param>
    /// <param name="padding">What windows may reach over at either end; at most half the kernel.</param>
    /// <param name="dilation">From one element of a window to the next.</param>
    /// <param name="ceilMode">Whether a last window may reach over the padding.</param>
    /// <exception cref="ShapeException">x has no sequences, or no window fits.</exception>
    public static Tensor MaxPool1d(
        this Tensor x, int kernel, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false)
    {
        var shape = PoolShape(nameof(MaxPool1d), x, kernel, stride, padding, dilation, ceilMode);
        return MaxPool(nameof(MaxPool1d), x, shape, x.Shape.WithColumns(shape.OutputWidth));
    }

    /// <summary>The mean of each window: x [.., T], y [.., OT].</summary>
    /// <param name="x">Sequences.</param>
    /// <param name="kernel">The window.</param>
    /// <param name="stride">From one window to the next; null for the kernel's size.</param>
    /// <param name="padding">What windows may reach over at either end; at most half the kernel.</param>
    /// <param name="ceilMode">Whether a last window may reach over the padding.</param>
    /// <param name="countIncludePad">Whether a mean divides by the elements in the padding, too.</param>
    /// <exception cref="ShapeException">x has no sequences, or no window fits.</exception>
    public static Tensor AvgPool1d(
        this Tensor x, int kernel, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true)
    {
        var shape = PoolShape(nameof(AvgPool1d), x, kernel, stride, padding, 1, ceilMode);
        return AveragePool(nameof(AvgPool1d), x, shape, x.Shape.WithColumns(shape.OutputWidth), countIncludePad);
    }

    private static PoolingShape PoolShape(string operation, Tensor x, (int Height, int Width) kernel, Pool2dOptions options)
    {
        if (x.Shape.Rank < 2)
            throw new ShapeException(operation, $"x {x.Shape} [.., H, W] and a kernel of {kernel.Height} x {kernel.Width}");
        var (height, width) = (x.Shape[-2], x.Shape[-1]);
        var stride = options.Stride ?? kernel;
        return CheckPool(operation, x, new(new Shape([.. x.Shape.SkipLast(2)]).IntCount, height, width, kernel.Height, kernel.Width)
        {
            StrideHeight = stride.Height,
            StrideWidth = stride.Width,
            PaddingHeight = options.Padding.Height,
            PaddingWidth = options.Padding.Width,
            DilationHeight = options.Dilation.Height,
            DilationWidth = options.Dilation.Width,
            CeilMode = options.CeilMode,
        });
    }

    private static PoolingShape PoolShape(string operation, Tensor x, int kernel, int? stride, int padding, int dilation, bool ceilMode)
    {
        if (x.Shape.Rank < 1)
            throw new ShapeException(operation, $"x {x.Shape} [.., T] and a kernel of {kernel}");
        return CheckPool(operation, x, new(x.Shape.Rows, 1, x.Shape.Columns, 1, kernel)
        {
            StrideWidth = stride ?? kernel,
            PaddingWidth = padding,
            DilationWidth = dilation,
            CeilMode = ceilMode,
        });
    }

    private static PoolingShape CheckPool(string operation, Tensor x, PoolingShape shape) =>
        shape.Planes == 0 || (shape.OutputHeight > 0 && shape.OutputWidth > 0)
            ? shape
            : throw new ShapeException(operation, $"x {x.Shape} and a kernel of {shape.KernelHeight} x {shape.KernelWidth}");

    private static Tensor MaxPool(string operation, Tensor x, PoolingShape shape, Shape result)
    {
        var graph = Graph.Of(operation, x);
        var y = graph.Result(result, x);
        var indices = graph.New(result, ElementType.Int32);
        graph.Kernels.Pooling.Max(shape, x.Floats, y.Floats, indices.Ints);

        graph.Remember(
            operation,
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Pooling.MaxBackward(shape, indices.Ints, graph.Arrived(y), dx.Floats, dx.Adds);
            },
            v => [Values(y, result => PoolingReference.Max<double>(shape, v[0], result, new int[result.Length]))]);
        return y;
    }

    private static Tensor AveragePool(string operation, Tensor x, PoolingShape shape, Shape result, bool countIncludePad)
    {
        var graph = Graph.Of(operation, x);
        var y = graph.Result(result, x);
        graph.Kernels.Pooling.Average(shape, x.Floats, y.Floats, countIncludePad);

        graph.Remember(
            operation,
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Pooling.AverageBackward(shape, graph.Arrived(y), dx.Floats, countIncludePad, dx.Adds);
            },
            v => [Values(y, result => PoolingReference.Average<double>(shape, v[0], result, countIncludePad))]);
        return y;
    }
}
