using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Cross-entropy on GPUs: a group computes a row.</summary>
internal static class CrossEntropyGroups
{
    /// <summary>Group i computes the loss of row i.</summary>
    public static void Forward(
        ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> losses,
        ArrayView<float> normalizers, CrossEntropyArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var row = Grid.IdxX;
        var lane = Group.IdxX;
        var classes = arguments.Classes;
        var origin = (long)row * classes;
        var t = targets[row];
        if (t == arguments.IgnoredIndex) // all lanes of the group leave
        {
            if (lane == 0)
                losses[row] = normalizers[2L * row] = normalizers[2L * row + 1] = 0f;
            return;
        }
        var max = float.NegativeInfinity;
        for (var c = lane; c < classes; c += GroupReduce.Lanes)
            max = GroupReduce.Larger(max, logits[origin + c]);
        max = GroupReduce.Max(shared, max);
        float sum = 0, weightSum = 0, shifted = 0;
        for (var c = lane; c < classes; c += GroupReduce.Lanes)
        {
            var difference = logits[origin + c] - max;
            sum += MathF.Exp(difference);
            if (arguments.LabelSmoothing != 0)
            {
                var weight = weights.Length > 0 ? weights[c] : 1f;
                weightSum += weight;
                shifted += weight * difference;
            }
        }
        sum = GroupReduce.Sum(shared, sum);
        if (arguments.LabelSmoothing != 0)
        {
            weightSum = GroupReduce.Sum(shared, weightSum);
            shifted = GroupReduce.Sum(shared, shifted);
        }
        if (lane != 0)
            return;
        var logSum = MathF.Log(sum);
        var loss = float.NaN;
        if (t >= 0 && t < classes)
        {
            var weight = weights.Length > 0 ? weights[t] : 1f;
            loss = (1 - arguments.LabelSmoothing) * weight * (max - logits[origin + t] + logSum);
            if (arguments.LabelSmoothing != 0)
                loss += arguments.LabelSmoothing / classes * (weightSum * logSum - shifted);
        }
        losses[row] = loss;
        normalizers[2L * row] = max;
        normalizers[2L * row + 1] = logSum;
    }

    /// <summary>The only group sums losses and weights.</summary>
    public static void Reduce(
        ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> losses, ArrayView<float> loss,
        ArrayView<float> totalWeight, CrossEntropyArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        float sum = 0, total = 0;
        for (var row = Group.IdxX; row < arguments.Rows; row += GroupReduce.Lanes)
        {
            var t = targets[row];
            if (t == arguments.IgnoredIndex)
                continue;
            sum += losses[row];
            var isInside = t >= 0 && t < arguments.Classes;
            total += weights.Length > 0 && isInside ? weights[t] : 1f;
        }
        sum = GroupReduce.Sum(shared, sum);
        total = GroupReduce.Sum(shared, total);
        if (Group.IdxX != 0)
            return;
        loss[0] = arguments.Reduction == (int)LossReduction.Mean ? sum / total : sum;
        totalWeight[0] = total;
    }

    /// <summary>Group i computes the gradient of row i.</summary>
    public static void Backward(
        ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> normalizers,
        ArrayView<float> dLoss, ArrayView<float> totalWeight, ArrayView<float> dLogits, CrossEntropyArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var row = Grid.IdxX;
        var lane = Group.IdxX;
        var classes = arguments.Classes;
        var origin = (long)row * classes;
        var t = targets[row];
        if (t == arguments.IgnoredIndex) // all lanes of the group leave
        {
            for (var c = lane; c < classes && arguments.Write == 0; c += GroupReduce.Lanes)
                dLogits[origin + c] = 0f;
            return;
        }
        float weightSum = classes;
        if (arguments.LabelSmoothing != 0 && weights.Length > 0)
        {
            weightSum = 0;
            for (var c = lane; c < classes; c += GroupReduce.Lanes)
                weightSum += weights[c];
            weightSum = GroupReduce.Sum(shared, weightSum);
        }
        var isInside = t >= 0 && t < classes;
        var g = isInside ? dLoss[arguments.Reduction == (int)LossReduction.None ? row : 0] : float.NaN;
        if (arguments.Reduction == (int)LossReduction.Mean)
            g /= totalWeight[0];
        var smoothing = arguments.LabelSmoothing / classes * g;
        var share = (1 - arguments.LabelSmoothing) * g;
        if (weights.Length > 0 && isInside)
            share *= weights[t];
        var max = normalizers[2L * row];
        var logSum = normalizers[2L * row + 1];
        for (var c = lane; c < classes; c += GroupReduce.Lanes)
        {
            var logP = logits[origin + c] - max - logSum;
            var spread = smoothing * (weights.Length > 0 ? weights[c] : 1f);
            // At the target p - 1 would cancel where the prediction is sure.
            var value = c == t
                ? share * ScalarMath.ExpM1(logP) + (smoothing * weightSum * MathF.Exp(logP) - spread)
                : MathF.Exp(logP) * (share + smoothing * weightSum) - spread;
            dLogits[origin + c] = arguments.Write == Writing.Add ? dLogits[origin + c] + value : value;
        }
    }
}
