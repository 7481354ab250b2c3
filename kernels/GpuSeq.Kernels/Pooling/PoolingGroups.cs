using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Pooling on GPUs: a lane for each window or, for the gradient, each element, which looks at the windows that have it.</summary>
internal static class PoolingGroups
{
    /// <summary>Lane i reduces window i.</summary>
    public static void Forward(
        Index1D lane, ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices, PoolingArguments arguments)
    {
        var a = arguments;
        var rest = lane.X / a.OutputWidth;
        var j = lane.X - rest * a.OutputWidth;
        var plane = rest / a.OutputHeight;
        var i = rest - plane * a.OutputHeight;
        var origin = (long)plane * a.Height * a.Width;
        var index = -1;
        var max = float.NegativeInfinity;
        var sum = 0f;
        for (var u = 0; u < a.KernelHeight; u++)
        {
            var row = i * a.StrideHeight - a.PaddingHeight + u * a.DilationHeight;
            for (var v = 0; v < a.KernelWidth; v++)
            {
                var column = j * a.StrideWidth - a.PaddingWidth + v * a.DilationWidth;
                if (row < 0 || row >= a.Height || column < 0 || column >= a.Width)
                    continue;
                var value = x[origin + row * a.Width + column];
                sum += value;
                if (index >= 0 && !(value > max) && !float.IsNaN(value))
                    continue;
                max = value;
                index = row * a.Width + column;
            }
        }
        if (a.IsAverage != 0)
        {
            y[lane] = sum / a.Divisor(i, j);
            return;
        }
        y[lane] = max;
        indices[lane] = index;
    }

    /// <summary>Lane i sums the gradient of element i over windows in ascending order.</summary>
    public static void Backward(
        Index1D lane, ArrayView<int> indices, ArrayView<float> dy, ArrayView<float> dx, PoolingArguments arguments)
    {
        var a = arguments;
        var rest = lane.X / a.Width;
        var column = lane.X - rest * a.Width;
        var plane = rest / a.Height;
        var row = rest - plane * a.Height;
        var origin = (long)plane * a.OutputHeight * a.OutputWidth;
        var sum = 0f;
        for (var u = a.KernelHeight - 1; u >= 0; u--)
        {
            var top = row + a.PaddingHeight - u * a.DilationHeight;
            var i = top / a.StrideHeight;
            if (top < 0 || i * a.StrideHeight != top || i >= a.OutputHeight)
                continue;
            for (var v = a.KernelWidth - 1; v >= 0; v--)
            {
                var left = column + a.PaddingWidth - v * a.DilationWidth;
                var j = left / a.StrideWidth;
                if (left < 0 || j * a.StrideWidth != left || j >= a.OutputWidth)
                    continue;
                var window = origin + i * a.OutputWidth + j;
                if (a.IsAverage != 0)
                    sum += dy[window] / a.Divisor(i, j);
                else if (indices[window] == row * a.Width + column)
                    sum += dy[window];
            }
        }
        dx[lane] = a.Accumulate != 0 ? dx[lane] + sum : sum;
    }
}
