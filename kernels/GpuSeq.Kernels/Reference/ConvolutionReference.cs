using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of convolution.</summary>
public static class ConvolutionReference
{
    /// <summary>
    /// y[b, o, i, j] = bias[o] + the sum of weight[o, c, u, v] x[b, c, i stride + u dilation - padding, ...] over the channels c of
    /// o's group.
    /// </summary>
    public static void Forward<T>(
        ConvolutionShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y, bool relu = false)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            var sum = T.Zero;
            foreach (var (pixel, filter) in Terms(shape, i))
                sum += weight[filter] * x[pixel];
            if (bias.Length > 0)
                sum += bias[i / (shape.OutputHeight * shape.OutputWidth) % shape.Outputs];
            y[i] = relu ? T.Max(sum, T.Zero) : sum;
        }
    }

    /// <summary>The gradients, added to what dx, dweight and dbias hold.</summary>
    public static void Backward<T>(
        ConvolutionShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> dy, Span<T> dx, Span<T> dWeight, Span<T> dBias)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < dy.Length; i++)
        {
            foreach (var (pixel, filter) in Terms(shape, i))
            {
                dx[pixel] += weight[filter] * dy[i];
                dWeight[filter] += x[pixel] * dy[i];
            }
            dBias[i / (shape.OutputHeight * shape.OutputWidth) % shape.Outputs] += dy[i];
        }
    }

    // The elements of x and of the weight that meet in an element of y.
    private static IEnumerable<(int Pixel, int Filter)> Terms(ConvolutionShape shape, int index)
    {
        var (j, i) = (index % shape.OutputWidth, index / shape.OutputWidth % shape.OutputHeight);
        var plane = index / (shape.OutputHeight * shape.OutputWidth);
        var (output, image) = (plane % shape.Outputs, plane / shape.Outputs);
        var inputs = shape.Inputs / shape.Groups;
        var group = output / (shape.Outputs / shape.Groups);
        for (var c = 0; c < inputs; c++)
        {
            for (var u = 0; u < shape.KernelHeight; u++)
            {
                for (var v = 0; v < shape.KernelWidth; v++)
                {
                    var row = i * shape.StrideHeight + u * shape.DilationHeight - shape.PaddingHeight;
                    var column = j * shape.StrideWidth + v * shape.DilationWidth - shape.PaddingWidth;
                    if (row < 0 || row >= shape.Height || column < 0 || column >= shape.Width)
                        continue;
                    var pixel = ((image * shape.Inputs + group * inputs + c) * shape.Height + row) * shape.Width + column;
                    yield return (pixel, ((output * inputs + c) * shape.KernelHeight + u) * shape.KernelWidth + v);
                }
            }
        }
    }
}
