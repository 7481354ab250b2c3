using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

/// <summary>Options of <see cref="Operations.CrossEntropy"/>.</summary>
public sealed record CrossEntropyOptions
{
    /// <summary>A target that does not count.</summary>
    public int IgnoredIndex { get; init; } = -100;

    /// <summary>How much of each target is spread evenly over all classes (Szegedy et al. 2016).</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Whether the rows' losses are averaged, added or returned one by one.</summary>
    public LossReduction Reduction { get; init; } = LossReduction.Mean;

    /// <summary>[classes], a weight for each class; null for 1 everywhere.</summary>
    public Tensor? ClassWeights { get; init; }
}

public static partial class Operations
{
    /// <summary>
    /// Softmax and negative log-likelihood in one, with the semantics of <c>torch.nn.functional.cross_entropy</c>: logits
    /// [.., classes], targets [..] as integers; the result is one number, or [..] without a reduction.
    /// </summary>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor CrossEntropy(this Tensor logits, Tensor targets, CrossEntropyOptions? options = null)
    {
        options ??= new();
        var graph = Graph.Of(nameof(CrossEntropy), logits, targets, options.ClassWeights);
        var (rows, classes) = (logits.Shape.Rows, logits.Shape.Columns);
        if (targets.ElementType != ElementType.Int32 || targets.Shape.ElementCount != rows)
            throw new ShapeException(nameof(CrossEntropy), $"logits {logits.Shape} [.., classes] and targets {targets}");
        if (options.ClassWeights is { } weights && weights.Shape.ElementCount != classes)
            throw new ShapeException(nameof(CrossEntropy), $"logits {logits.Shape} [.., classes] and class weights {weights.Shape}");

        var shape = new CrossEntropyShape(rows, classes)
        {
            IgnoredIndex = options.IgnoredIndex,
            LabelSmoothing = options.LabelSmoothing,
            Reduction = options.Reduction,
        };
        var normalizers = graph.New([rows, 2]);
        var totalWeight = graph.New(Shape.Scalar);
        var isReduced = options.Reduction != LossReduction.None;
        var loss = graph.Result(isReduced ? Shape.Scalar : targets.Shape, logits);
        var losses = isReduced ? graph.Scratch(rows) : loss.Floats;
        var classWeights = options.ClassWeights?.Floats ?? default;
        graph.Kernels.CrossEntropy.Forward(shape, logits.Floats, targets.Ints, classWeights, losses, normalizers.Floats);
        if (isReduced)
            graph.Kernels.CrossEntropy.Reduce(shape, targets.Ints, classWeights, losses, loss.Floats, totalWeight.Floats);

        graph.Remember(
            nameof(CrossEntropy),
            [logits, targets, options.ClassWeights],
            [loss],
            () =>
            {
                var dLogits = graph.Accumulate(logits);
                graph.Kernels.CrossEntropy.Backward(
                    shape, logits.Floats, targets.Ints, options.ClassWeights?.Floats ?? default, normalizers.Floats,
                    graph.Arrived(loss), totalWeight.Floats, dLogits.Floats, dLogits.Adds);
            },
            v => [CrossEntropyValues(shape, v[0], Ints(v[1]), v[2])]);
        return loss;
    }

    private static double[] CrossEntropyValues(CrossEntropyShape shape, double[] logits, int[] targets, double[] classWeights)
    {
        var losses = new double[shape.Rows];
        CrossEntropyReference.Forward<double>(shape, logits, targets, classWeights, losses, new double[2 * shape.Rows]);
        return shape.Reduction == LossReduction.None
            ? losses
            : [CrossEntropyReference.Reduce<double>(shape, targets, classWeights, losses).Loss];
    }
}
