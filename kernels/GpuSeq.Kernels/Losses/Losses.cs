using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Losses of single predictions: y[i] = w[i] f(x[i], targets[i]), as they are, or their sum, or their mean over all n of
/// them; as <c>torch.nn.functional.mse_loss</c> and <c>binary_cross_entropy_with_logits</c>. All operands are [n].
/// </summary>
public sealed class Losses
{
    private const int ItemLength = 4096;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, LossKernels.Operands, ArrayView<float>, LossKernels.Arguments> _forward;
    private readonly Action<Index1D, LossKernels.Operands, ArrayView<float>, ArrayView<float>, LossKernels.Arguments> _backward;

    internal Losses(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.LoadKernel<LossKernels.Operands, ArrayView<float>, LossKernels.Arguments>(
            isRow ? LossKernels.ForwardPart : LossKernels.ForwardLane);
        _backward = library.LoadKernel<LossKernels.Operands, ArrayView<float>, ArrayView<float>, LossKernels.Arguments>(
            isRow ? LossKernels.BackwardPart : LossKernels.BackwardLane);
    }

    /// <summary>Computes losses.</summary>
    /// <param name="function">What a prediction costs.</param>
    /// <param name="reduction">What becomes of the losses. The mean divides by n, whatever the weights.</param>
    /// <param name="x">[n], the predictions; logits for the binary cross-entropy.</param>
    /// <param name="targets">[n].</param>
    /// <param name="y">[n] without a reduction, else [1].</param>
    /// <param name="weights">[n], or empty for 1 everywhere.</param>
    /// <param name="positiveWeights">[n], the weights of the positive class for the binary cross-entropy; or empty for 1.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Forward(
        LossFunction function, LossReduction reduction, ArrayView<float> x, ArrayView<float> targets, ArrayView<float> y,
        ArrayView<float> weights = default, ArrayView<float> positiveWeights = default)
    {
        var operands = Check(function, reduction, x, targets, weights, positiveWeights, nameof(y), y.Length);
        var arguments = new LossKernels.Arguments { Cut = new(_library, x.Length, ItemLength), Function = (int)function };
        if (reduction == LossReduction.None)
        {
            if (x.Length > 0)
                _forward(_library.FlatItems(arguments.Cut), operands, y, arguments);
            return;
        }
        using var block = _library.Pool.Rent(x.LengthInBytes);
        var losses = block.View<float>(x.Length);
        if (x.Length > 0)
            _forward(_library.FlatItems(arguments.Cut), operands, losses, arguments);
        _library.Reduction.Sum(losses, y, reduction == LossReduction.Mean ? 1f / x.Length : 1f);
    }

    /// <summary>Computes the gradient of the predictions. That of the squared error's targets is its negative.</summary>
    /// <param name="function">What a prediction costs.</param>
    /// <param name="reduction">What became of the losses.</param>
    /// <param name="x">[n], the predictions.</param>
    /// <param name="targets">[n].</param>
    /// <param name="dy">[n] without a reduction, else [1].</param>
    /// <param name="dx">[n].</param>
    /// <param name="accumulate">Whether to add to what dx holds; otherwise dx is not read.</param>
    /// <param name="weights">[n], or empty for 1 everywhere.</param>
    /// <param name="positiveWeights">[n], the weights of the positive class for the binary cross-entropy; or empty for 1.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Backward(
        LossFunction function, LossReduction reduction, ArrayView<float> x, ArrayView<float> targets, ArrayView<float> dy,
        ArrayView<float> dx, bool accumulate, ArrayView<float> weights = default, ArrayView<float> positiveWeights = default)
    {
        var operands = Check(function, reduction, x, targets, weights, positiveWeights, nameof(dy), dy.Length);
        if (dx.Length != x.Length)
            throw SizeMismatch.Between($"{function} backward", nameof(dx), dx.Length, nameof(x), x.Length);
        if (x.Length == 0)
            return;
        var arguments = new LossKernels.Arguments
        {
            Cut = new(_library, x.Length, ItemLength),
            Function = (int)function,
            Write = Writing.Of(_library, x.Length, accumulate),
            Scale = reduction == LossReduction.Mean ? 1f / x.Length : 1f,
        };
        _backward(_library.FlatItems(arguments.Cut), operands, dy, dx, arguments);
    }

    private static LossKernels.Operands Check(
        LossFunction function, LossReduction reduction, ArrayView<float> x, ArrayView<float> targets, ArrayView<float> weights,
        ArrayView<float> positiveWeights, string name, long length)
    {
        if (targets.Length != x.Length)
            throw SizeMismatch.Between($"{function}", nameof(targets), targets.Length, nameof(x), x.Length);
        if (weights.Length > 0 && weights.Length != x.Length)
            throw SizeMismatch.Between($"{function}", nameof(weights), weights.Length, nameof(x), x.Length);
        if (positiveWeights.Length > 0 && (positiveWeights.Length != x.Length || function != LossFunction.BinaryCrossEntropy))
            throw SizeMismatch.Between($"{function}", nameof(positiveWeights), positiveWeights.Length, nameof(x), x.Length);
        if (length != (reduction == LossReduction.None ? x.Length : 1))
            throw SizeMismatch.Of($"{function}", name, length, reduction == LossReduction.None ? $"[{x.Length}]" : "[1]");
        return new() { X = x, Targets = targets, Weights = weights, PositiveWeights = positiveWeights };
    }
}
