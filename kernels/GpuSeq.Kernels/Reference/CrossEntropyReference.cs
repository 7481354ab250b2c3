using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of the cross-entropy. Every target is a class or the ignored index.</summary>
public static class CrossEntropyReference
{
    /// <summary>
    /// losses[i] = -(1 - s) w[t] log p[t] - s/C sum of w[c] log p[c], p = softmax(logits[i]), t = targets[i]; 0 for ignored rows.
    /// </summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="classWeights">[classes], or nothing for 1 everywhere.</param>
    /// <param name="losses">[rows].</param>
    /// <param name="normalizers">[rows, 2]: the largest logit m, and log of the sum of e^(logit - m); 0 for ignored rows.</param>
    public static void Forward<T>(
        CrossEntropyShape shape, ReadOnlySpan<T> logits, ReadOnlySpan<int> targets, ReadOnlySpan<T> classWeights,
        Span<T> losses, Span<T> normalizers)
        where T : IFloatingPointIeee754<T>
    {
        for (var row = 0; row < shape.Rows; row++)
        {
            losses[row] = normalizers[2 * row] = normalizers[2 * row + 1] = T.Zero;
            if (targets[row] == shape.IgnoredIndex)
                continue;
            var x = logits.Slice(row * shape.Classes, shape.Classes);
            var max = T.NegativeInfinity;
            foreach (var value in x)
                max = T.Max(max, value);
            var sum = T.Zero;
            foreach (var value in x)
                sum += T.Exp(value - max);
            normalizers[2 * row] = max;
            normalizers[2 * row + 1] = T.Log(sum);
            for (var c = 0; c < shape.Classes; c++)
            {
                var share = Share<T>(shape, c, targets[row]);
                if (share != T.Zero)
                    losses[row] -= share * Weight(classWeights, c) * (x[c] - max - T.Log(sum));
            }
        }
    }

    /// <summary>The sum of the losses, for the mean divided by the sum of the weights of the rows that count.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="targets">[rows].</param>
    /// <param name="classWeights">[classes], or nothing for 1 everywhere.</param>
    /// <param name="losses">[rows].</param>
    /// <returns>The loss, and the sum of the weights.</returns>
    public static (T Loss, T TotalWeight) Reduce<T>(
        CrossEntropyShape shape, ReadOnlySpan<int> targets, ReadOnlySpan<T> classWeights, ReadOnlySpan<T> losses)
        where T : IFloatingPointIeee754<T>
    {
        var (sum, total) = (T.Zero, T.Zero);
        for (var row = 0; row < shape.Rows; row++)
        {
            if (targets[row] == shape.IgnoredIndex)
                continue;
            sum += losses[row];
            total += Weight(classWeights, targets[row]);
        }
        return (shape.Reduction == LossReduction.Mean ? sum / total : sum, total);
    }

    /// <summary>The gradient of the logits.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="classWeights">[classes], or nothing for 1 everywhere.</param>
    /// <param name="normalizers">[rows, 2], from the forward pass.</param>
    /// <param name="dLoss">[rows] without a reduction, else [1].</param>
    /// <param name="totalWeight">From the reduction.</param>
    /// <param name="dLogits">[rows, classes].</param>
    /// <param name="accumulate">Whether the gradient is added to what dLogits holds.</param>
    public static void Backward<T>(
        CrossEntropyShape shape, ReadOnlySpan<T> logits, ReadOnlySpan<int> targets, ReadOnlySpan<T> classWeights,
        ReadOnlySpan<T> normalizers, ReadOnlySpan<T> dLoss, T totalWeight, Span<T> dLogits, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dLogits.Clear();
        for (var row = 0; row < shape.Rows; row++)
        {
            if (targets[row] == shape.IgnoredIndex)
                continue;
            var upstream = dLoss[shape.Reduction == LossReduction.None ? row : 0];
            if (shape.Reduction == LossReduction.Mean)
                upstream /= totalWeight;
            // d/dx[j] of log p[c] is [c = j] - p[j].
            var sum = T.Zero;
            for (var c = 0; c < shape.Classes; c++)
                sum += Share<T>(shape, c, targets[row]) * Weight(classWeights, c);
            for (var j = 0; j < shape.Classes; j++)
            {
                var p = T.Exp(logits[row * shape.Classes + j] - normalizers[2 * row] - normalizers[2 * row + 1]);
                dLogits[row * shape.Classes + j] += upstream * (p * sum - Share<T>(shape, j, targets[row]) * Weight(classWeights, j));
            }
        }
    }

    // The smoothed target is 1 - s at the target and s / C everywhere.
    private static T Share<T>(CrossEntropyShape shape, int c, int target)
        where T : IFloatingPointIeee754<T>
    {
        var smoothing = T.CreateChecked(shape.LabelSmoothing);
        return smoothing / T.CreateChecked(shape.Classes) + (c == target ? T.One - smoothing : T.Zero);
    }

    private static T Weight<T>(ReadOnlySpan<T> classWeights, int c)
        where T : IFloatingPointIeee754<T> => classWeights.Length > 0 ? classWeights[c] : T.One;
}
