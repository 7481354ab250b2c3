using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Cross-entropy on CPUs. A work item computes a block of rows; the second and third pass over a row find it in a cache.</summary>
internal static unsafe class CrossEntropyRows
{
    /// <summary>Item i computes the losses of a block of rows.</summary>
    public static void Forward(
        Index1D item, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> losses,
        ArrayView<float> normalizers, CrossEntropyArguments arguments) =>
        ForwardBlock(item, logits, targets, weights, losses, normalizers, arguments);

    /// <summary>The only item sums losses and weights.</summary>
    public static void Reduce(
        Index1D item, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> losses, ArrayView<float> loss,
        ArrayView<float> totalWeight, CrossEntropyArguments arguments) =>
        ReduceAll(targets, weights, losses, loss, totalWeight, arguments);

    /// <summary>Item i computes the gradients of a block of rows.</summary>
    public static void Backward(
        Index1D item, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> normalizers,
        ArrayView<float> dLoss, ArrayView<float> totalWeight, ArrayView<float> dLogits, CrossEntropyArguments arguments) =>
        BackwardBlock(item, logits, targets, weights, normalizers, dLoss, totalWeight, dLogits, arguments);

    [IntrinsicImplementation]
    public static void ForwardBlock(
        int item, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> losses,
        ArrayView<float> normalizers, CrossEntropyArguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                ForwardBlock<Vector512Lanes>(item, logits, targets, weights, losses, normalizers, ref arguments);
                break;
            case SimdWidth.Bits256:
                ForwardBlock<Vector256Lanes>(item, logits, targets, weights, losses, normalizers, ref arguments);
                break;
            default:
                ForwardBlock<Vector128Lanes>(item, logits, targets, weights, losses, normalizers, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void ForwardBlock<TVector>(
        int item, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> losses,
        ArrayView<float> normalizers, ref CrossEntropyArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var classes = arguments.Classes;
        var target = targets.Pointer();
        var w = weights.Pointer();
        var loss = losses.Pointer();
        var normalizer = normalizers.Pointer();
        var smoothing = arguments.LabelSmoothing / classes;
        var weightSum = smoothing == 0 ? 0 : WeightSum<TVector>(w, classes);
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, arguments.Rows);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var t = target[row];
            if (t == arguments.IgnoredIndex)
            {
                loss[row] = normalizer[2L * row] = normalizer[2L * row + 1] = 0;
                continue;
            }
            if ((uint)t >= (uint)classes)
                ThrowOutside(t, row, classes);
            var x = logits.Pointer() + (long)row * classes;
            var max = RowMath.Max<TVector>(x, classes);
            var logSum = MathF.Log(RowMath.SumExp<TVector>(x, classes, max));
            var value = (1 - arguments.LabelSmoothing) * (w == null ? 1 : w[t]) * (max - x[t] + logSum);
            if (smoothing != 0)
                value += smoothing * (weightSum * logSum - RowMath.SumShifted<TVector>(x, w, classes, max));
            loss[row] = value;
            normalizer[2L * row] = max;
            normalizer[2L * row + 1] = logSum;
        }
    }

    [IntrinsicImplementation]
    [MethodImpl(MicroKernel.Options)]
    public static void ReduceAll(
        ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> losses, ArrayView<float> loss,
        ArrayView<float> totalWeight, CrossEntropyArguments arguments)
    {
        var target = targets.Pointer();
        var w = weights.Pointer();
        var values = losses.Pointer();
        double sum = 0, total = 0;
        for (var row = 0; row < arguments.Rows; row++)
        {
            if (target[row] == arguments.IgnoredIndex)
                continue;
            sum += values[row];
            total += w == null ? 1 : w[target[row]];
        }
        *loss.Pointer() = (float)((LossReduction)arguments.Reduction == LossReduction.Mean ? sum / total : sum);
        *totalWeight.Pointer() = (float)total;
    }

    [IntrinsicImplementation]
    public static void BackwardBlock(
        int item, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> normalizers,
        ArrayView<float> dLoss, ArrayView<float> totalWeight, ArrayView<float> dLogits, CrossEntropyArguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                BackwardBlock<Vector512Lanes>(item, logits, targets, weights, normalizers, dLoss, totalWeight, dLogits, ref arguments);
                break;
            case SimdWidth.Bits256:
                BackwardBlock<Vector256Lanes>(item, logits, targets, weights, normalizers, dLoss, totalWeight, dLogits, ref arguments);
                break;
            default:
                BackwardBlock<Vector128Lanes>(item, logits, targets, weights, normalizers, dLoss, totalWeight, dLogits, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void BackwardBlock<TVector>(
        int item, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> weights, ArrayView<float> normalizers,
        ArrayView<float> dLoss, ArrayView<float> totalWeight, ArrayView<float> dLogits, ref CrossEntropyArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var classes = arguments.Classes;
        var reduction = (LossReduction)arguments.Reduction;
        var target = targets.Pointer();
        var w = weights.Pointer();
        var normalizer = normalizers.Pointer();
        var upstream = dLoss.Pointer();
        var divisor = reduction == LossReduction.Mean ? *totalWeight.Pointer() : 1;
        var smoothing = arguments.LabelSmoothing / classes;
        var weightSum = smoothing == 0 ? 0 : WeightSum<TVector>(w, classes);
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, arguments.Rows);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var t = target[row];
            var x = logits.Pointer() + (long)row * classes;
            var gradient = dLogits.Pointer() + (long)row * classes;
            if (t == arguments.IgnoredIndex)
            {
                if (arguments.Write != Writing.Add)
                    new Span<float>(gradient, classes).Clear();
                continue;
            }
            if ((uint)t >= (uint)classes)
                ThrowOutside(t, row, classes);
            var g = upstream[reduction == LossReduction.None ? row : 0] / divisor;
            var share = (1 - arguments.LabelSmoothing) * (w == null ? 1 : w[t]) * g;
            var before = arguments.Write == Writing.Add ? gradient[t] : 0;
            Spread<TVector>(
                x, normalizer + 2L * row, share + smoothing * weightSum * g, smoothing == 0 ? null : w, smoothing * g, gradient,
                classes, arguments.Write);
            // At the target p - 1 would cancel where the prediction is sure.
            var logP = x[t] - normalizer[2L * row] - normalizer[2L * row + 1];
            var smoothed = smoothing == 0 ? 0 : smoothing * g * (weightSum * MathF.Exp(logP) - (w == null ? 1 : w[t]));
            gradient[t] = before + (share * ScalarMath.ExpM1(logP) + smoothed);
        }
    }

    // gradient (+)= p factor - w spread, p = e^(x - max - log sum).
    [MethodImpl(MicroKernel.Options)]
    private static void Spread<TVector>(
        float* x, float* normalizer, float factor, float* w, float spread, float* gradient, int count, int write)
        where TVector : struct, IVector<TVector>
    {
        var max = TVector.Broadcast(normalizer[0]);
        var logSum = TVector.Broadcast(normalizer[1]);
        var factors = TVector.Broadcast(factor);
        var spreads = TVector.Broadcast(spread);
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            Step(i, TVector.Count);
        if (i < count)
            Step(i, count - i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Step(int i, int left)
        {
            var p = VectorMath.ExpOfNegative(VectorMath.LoadPartial<TVector>(x + i, left) - max - logSum);
            var weight = w == null ? spreads : spreads * VectorMath.LoadPartial<TVector>(w + i, left);
            var value = p * factors - weight;
            VectorMath.Write(value, gradient + i, left, write);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float WeightSum<TVector>(float* w, int classes)
        where TVector : struct, IVector<TVector> => w == null ? classes : RowMath.Sum<TVector>(w, classes);

    [DoesNotReturn]
    private static void ThrowOutside(int target, int row, int classes) => throw new ArgumentOutOfRangeException(
        nameof(target), $"CrossEntropy: target {target} of row {row} is outside {classes} classes and not the ignored index.");
}
