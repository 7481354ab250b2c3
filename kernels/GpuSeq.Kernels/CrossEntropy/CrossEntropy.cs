using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Softmax and negative log-likelihood in one, as <c>torch.nn.functional.cross_entropy</c> with class indices. With
/// p = softmax(logits[i]), w the class weights or 1, s the label smoothing, C the number of classes and t = targets[i]:
/// <code>
/// losses[i] = -(1 - s) w[t] log p[t] - s/C sum over c of w[c] log p[c]     or 0 where t is the ignored index
/// loss      = sum of losses, for the mean divided by the sum of w[t] over the rows that count
/// dlogits[i, c] = g (p[c] ((1 - s) w[t] + s/C sum of w) - s/C w[c] - (1 - s) w[t] [c = t])     g = dloss, divided likewise
/// </code>
/// logits [rows, classes], targets [rows], class weights [classes] or empty.
/// </summary>
/// <remarks>
/// The mean of rows that are all ignored is 0 / 0, NaN, as in PyTorch; its gradient is 0. A target that is neither a class
/// nor the ignored index is an error of the caller: on CPUs it surfaces as an exception at the next synchronisation, on
/// other accelerators its loss and its row of the gradient are NaN.
/// </remarks>
public sealed class CrossEntropy
{
    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        CrossEntropyArguments>? _forwardRows;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        CrossEntropyArguments>? _reduceRows;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>, CrossEntropyArguments>? _backwardRows;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        CrossEntropyArguments>? _forward;
    private readonly Action<KernelConfig, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        CrossEntropyArguments>? _reduce;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>, CrossEntropyArguments>? _backward;

    internal CrossEntropy(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        if (library.Shape == KernelShape.Row)
        {
            _forwardRows = library.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>,
                ArrayView<float>, ArrayView<float>, CrossEntropyArguments>(CrossEntropyRows.Forward);
            _reduceRows = library.LoadKernel<ArrayView<int>, ArrayView<float>, ArrayView<float>,
                ArrayView<float>, ArrayView<float>, CrossEntropyArguments>(CrossEntropyRows.Reduce);
            _backwardRows = library.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>,
                ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                CrossEntropyArguments>(CrossEntropyRows.Backward);
        }
        else
        {
            _forward = library.LoadGroupKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>,
                ArrayView<float>, CrossEntropyArguments>(CrossEntropyGroups.Forward);
            _reduce = library.LoadGroupKernel<ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                ArrayView<float>, CrossEntropyArguments>(CrossEntropyGroups.Reduce);
            _backward = library.LoadGroupKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>,
                ArrayView<float>, ArrayView<float>, ArrayView<float>, CrossEntropyArguments>(CrossEntropyGroups.Backward);
        }
    }

    /// <summary>Computes the loss of every row.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="classWeights">[classes], or empty for 1 everywhere.</param>
    /// <param name="losses">[rows].</param>
    /// <param name="normalizers">
    /// [rows, 2], for the backward pass: the largest logit m of the row and the logarithm of the sum of e^(logit - m). Their
    /// sum is the row's log-sum-exp, but would lose digits where logits are large. 0 for ignored rows.
    /// </param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Forward(
        CrossEntropyShape shape, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> classWeights,
        ArrayView<float> losses, ArrayView<float> normalizers)
    {
        Check(shape, targets, classWeights, losses.Length, shape.Rows, nameof(losses));
        CheckLength(shape, nameof(logits), logits.Length, (long)shape.Rows * shape.Classes);
        CheckLength(shape, nameof(normalizers), normalizers.Length, 2L * shape.Rows);
        if (shape.Rows == 0)
            return;
        var arguments = Arguments(shape, accumulate: false);
        if (_forwardRows is not null)
            _forwardRows(Items(arguments), logits, targets, classWeights, losses, normalizers, arguments);
        else
            _forward!((shape.Rows, GroupReduce.Lanes), logits, targets, classWeights, losses, normalizers, arguments);
    }

    /// <summary>Reduces the losses to their sum or mean, in a fixed order.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="targets">[rows].</param>
    /// <param name="classWeights">[classes], or empty for 1 everywhere.</param>
    /// <param name="losses">[rows].</param>
    /// <param name="loss">[1].</param>
    /// <param name="totalWeight">[1]: the sum of the weights of the rows that count.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together, or the reduction is none.</exception>
    public void Reduce(
        CrossEntropyShape shape, ArrayView<int> targets, ArrayView<float> classWeights, ArrayView<float> losses,
        ArrayView<float> loss, ArrayView<float> totalWeight)
    {
        if (shape.Reduction == LossReduction.None)
            throw new ArgumentException($"CrossEntropy {shape}: there is nothing to reduce without a reduction.", nameof(shape));
        Check(shape, targets, classWeights, losses.Length, shape.Rows, nameof(losses));
        CheckLength(shape, nameof(loss), loss.Length, 1);
        CheckLength(shape, nameof(totalWeight), totalWeight.Length, 1);
        var arguments = Arguments(shape, accumulate: false);
        if (_reduceRows is not null)
            _reduceRows(1, targets, classWeights, losses, loss, totalWeight, arguments);
        else
            _reduce!((1, GroupReduce.Lanes), targets, classWeights, losses, loss, totalWeight, arguments);
    }

    /// <summary>Computes the gradient of the logits.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="classWeights">[classes], or empty for 1 everywhere.</param>
    /// <param name="normalizers">[rows, 2], from the forward pass.</param>
    /// <param name="dLoss">The gradient of the loss: [rows] without a reduction, else [1].</param>
    /// <param name="totalWeight">[1], from the reduction; read for the mean only, else it may be empty.</param>
    /// <param name="dLogits">[rows, classes].</param>
    /// <param name="accumulate">Whether to add to what dLogits holds.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Backward(
        CrossEntropyShape shape, ArrayView<float> logits, ArrayView<int> targets, ArrayView<float> classWeights,
        ArrayView<float> normalizers, ArrayView<float> dLoss, ArrayView<float> totalWeight, ArrayView<float> dLogits, bool accumulate)
    {
        Check(shape, targets, classWeights, dLoss.Length, shape.Reduction == LossReduction.None ? shape.Rows : 1, nameof(dLoss));
        CheckLength(shape, nameof(logits), logits.Length, (long)shape.Rows * shape.Classes);
        CheckLength(shape, nameof(normalizers), normalizers.Length, 2L * shape.Rows);
        CheckLength(shape, nameof(dLogits), dLogits.Length, (long)shape.Rows * shape.Classes);
        if (shape.Reduction == LossReduction.Mean)
            CheckLength(shape, nameof(totalWeight), totalWeight.Length, 1);
        if (dLogits.Length == 0)
            return;
        var arguments = Arguments(shape, accumulate);
        if (_backwardRows is not null)
            _backwardRows(Items(arguments), logits, targets, classWeights, normalizers, dLoss, totalWeight, dLogits, arguments);
        else
        {
            _backward!(
                (shape.Rows, GroupReduce.Lanes), logits, targets, classWeights, normalizers, dLoss, totalWeight, dLogits, arguments);
        }
    }

    private static int Items(in CrossEntropyArguments arguments) => RowItems.Blocks(arguments.Rows, arguments.RowsPerItem);

    private CrossEntropyArguments Arguments(CrossEntropyShape shape, bool accumulate) => new()
    {
        Rows = shape.Rows,
        Classes = shape.Classes,
        IgnoredIndex = shape.IgnoredIndex,
        LabelSmoothing = shape.LabelSmoothing,
        Reduction = (int)shape.Reduction,
        Write = Writing.Of(_library, (long)shape.Rows * shape.Classes, accumulate),
        Width = (int)_library.Width,
        RowsPerItem = RowItems.RowsPerItem(shape.Rows, shape.Classes),
    };

    private static void Check(
        CrossEntropyShape shape, ArrayView<int> targets, ArrayView<float> classWeights, long losses, long neededLosses, string name)
    {
        if (shape.Rows < 0 || shape.Classes < 0 || !(shape.LabelSmoothing is >= 0 and <= 1))
        {
            throw new ArgumentException(
                $"CrossEntropy {shape}: sizes must not be negative, and the label smoothing {shape.LabelSmoothing} must lie from 0 to 1.",
                nameof(shape));
        }
        CheckLength(shape, nameof(targets), targets.Length, shape.Rows);
        if (classWeights.Length > 0)
            CheckLength(shape, nameof(classWeights), classWeights.Length, shape.Classes);
        CheckLength(shape, name, losses, neededLosses);
    }

    private static void CheckLength(CrossEntropyShape shape, string name, long length, long needed)
    {
        if (length != needed)
            throw new ArgumentException($"CrossEntropy {shape}: {name} has {length} elements and needs {needed}.", name);
    }
}
