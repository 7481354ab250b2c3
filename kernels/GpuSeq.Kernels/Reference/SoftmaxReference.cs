using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of softmax and its logarithm over rows.</summary>
public static class SoftmaxReference
{
    /// <summary>
    /// y = e^(x - m) / sum of e^(x - m), m the largest of the row; a row of -infinity only gives 0. Or the logarithm of that.
    /// </summary>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[rows, columns].</param>
    /// <param name="log">Whether the logarithm is wanted.</param>
    public static void Forward<T>(int columns, ReadOnlySpan<T> x, Span<T> y, bool log)
        where T : IFloatingPointIeee754<T>
    {
        for (var row = 0; row < x.Length; row += columns)
        {
            var max = T.NegativeInfinity;
            for (var c = 0; c < columns; c++)
                max = T.Max(max, x[row + c]);
            var sum = T.Zero;
            for (var c = 0; c < columns; c++)
                sum += T.Exp(x[row + c] - max);
            for (var c = 0; c < columns; c++)
            {
                var isMasked = T.IsNegativeInfinity(max);
                if (log)
                    y[row + c] = isMasked ? T.NegativeInfinity : x[row + c] - max - T.Log(sum);
                else
                    y[row + c] = isMasked ? T.Zero : T.Exp(x[row + c] - max) / sum;
            }
        }
    }

    /// <summary>dx = y (dy - sum of dy y); for the logarithm, dx = dy - e^y sum of dy.</summary>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="y">[rows, columns].</param>
    /// <param name="dy">[rows, columns].</param>
    /// <param name="dx">[rows, columns].</param>
    /// <param name="log">Whether y is the logarithm.</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds.</param>
    public static void Backward<T>(int columns, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, bool log, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var row = 0; row < y.Length; row += columns)
        {
            var sum = T.Zero;
            for (var c = 0; c < columns; c++)
                sum += log ? dy[row + c] : dy[row + c] * y[row + c];
            for (var c = 0; c < columns; c++)
            {
                var value = log ? dy[row + c] - T.Exp(y[row + c]) * sum : y[row + c] * (dy[row + c] - sum);
                dx[row + c] = accumulate ? dx[row + c] + value : value;
            }
        }
    }
}
