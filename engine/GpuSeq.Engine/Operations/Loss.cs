using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>(x - targets)^2, with the semantics of <c>torch.nn.functional.mse_loss</c>.</summary>
    /// <param name="x">The predictions.</param>
    /// <param name="targets">Of the same shape.</param>
    /// <param name="reduction">Whether the losses are averaged, added or returned one by one.</param>
    /// <param name="weights">A factor for each loss, of a shape that broadcasts to that of x; null for 1. It gets no gradient.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Tensor SquaredError(
        this Tensor x, Tensor targets, LossReduction reduction = LossReduction.Mean, Tensor? weights = null) =>
        Loss(nameof(SquaredError), LossFunction.SquaredError, x, targets, reduction, weights, null);

    /// <summary>
    /// -(p t log s + (1 - t) log(1 - s)), s = 1 / (1 + e^-x), t the targets, with the semantics of
    /// <c>torch.nn.functional.binary_cross_entropy_with_logits</c>.
    /// </summary>
    /// <param name="logits">x.</param>
    /// <param name="targets">From 0 to 1, of the same shape. They get no gradient.</param>
    /// <param name="reduction">Whether the losses are averaged, added or returned one by one.</param>
    /// <param name="weights">A factor for each loss, of a shape that broadcasts to that of x; null for 1. It gets no gradient.</param>
    /// <param name="positiveWeights">p, likewise.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public static Tensor BinaryCrossEntropy(
        this Tensor logits, Tensor targets, LossReduction reduction = LossReduction.Mean, Tensor? weights = null,
        Tensor? positiveWeights = null) =>
        Loss(nameof(BinaryCrossEntropy), LossFunction.BinaryCrossEntropy, logits, targets, reduction, weights, positiveWeights);

    private static Tensor Loss(
        string operation, LossFunction function, Tensor x, Tensor targets, LossReduction reduction, Tensor? weights,
        Tensor? positiveWeights)
    {
        var graph = Graph.Of(operation, x, targets, weights, positiveWeights);
        if (!targets.Shape.Equals(x.Shape))
            throw new ShapeException(operation, $"x {x.Shape} and targets {targets.Shape}");
        weights = Spread(operation, graph, weights, x.Shape);
        positiveWeights = Spread(operation, graph, positiveWeights, x.Shape);
        var losses = graph.Kernels.Losses;
        var isSquared = function == LossFunction.SquaredError; // its targets have a gradient as well
        var y = graph.Result(reduction == LossReduction.None ? x.Shape : Shape.Scalar, x, isSquared ? targets : null);
        losses.Forward(
            function, reduction, x.Floats, targets.Floats, y.Floats, weights?.Floats ?? default, positiveWeights?.Floats ?? default);

        graph.Remember(
            operation,
            [x, targets, weights, positiveWeights],
            [y],
            () =>
            {
                if (x.RequiresGradient)
                    AddSlope(x, targets);
                if (isSquared && targets.RequiresGradient)
                    AddSlope(targets, x); // the square is the same from either side
            },
            v => [LossValues(function, reduction, v)]);
        return y;

        void AddSlope(Tensor operand, Tensor other)
        {
            var gradient = graph.Accumulate(operand);
            losses.Backward(
                function, reduction, operand.Floats, other.Floats, graph.Arrived(y), gradient.Floats, gradient.Adds,
                weights?.Floats ?? default, positiveWeights?.Floats ?? default);
        }
    }

    private static double[] LossValues(LossFunction function, LossReduction reduction, double[][] v)
    {
        double[] losses =
        [
            .. v[0].Select((x, i) => LossReference.Value(
                function, x, v[1][i], v[2].Length > 0 ? v[2][i] : 1, v[3].Length > 0 ? v[3][i] : 1)),
        ];
        return reduction switch
        {
            LossReduction.None => losses,
            LossReduction.Sum => [losses.Sum()],
            _ => [losses.Sum() / losses.Length],
        };
    }

    // Weights as losses read them: one for each, and constant.
    private static Tensor? Spread(string operation, Graph graph, Tensor? weights, Shape shape)
    {
        if (weights is null || weights.Shape.Equals(shape))
            return weights;
        return BroadcastsTo(weights.Shape, shape)
            ? Expand(graph, weights.Detach(), shape)
            : throw new ShapeException(operation, $"x {shape} and weights {weights.Shape}");
    }
}
