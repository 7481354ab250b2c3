using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

/// <summary>What follows a sublayer of a transformer.</summary>
/// <param name="Sum">residual + dropout(x), with which a pre-norm network goes on.</param>
/// <param name="Normalized">Its layer normalisation.</param>
public sealed record ResidualNormResult(Tensor Sum, Tensor Normalized);

public static partial class Operations
{
    /// <summary>
    /// s = residual + dropout(x) and the layer normalisation of s over its last axis, in one kernel: what follows a sublayer of a
    /// transformer (Vaswani et al. 2017, section 5.4; Xiong et al. 2020).
    /// </summary>
    /// <param name="x">[.., C], what the sublayer computed.</param>
    /// <param name="residual">[.., C], what went into it.</param>
    /// <param name="weight">[C], or null for 1.</param>
    /// <param name="bias">[C], or null for 0.</param>
    /// <param name="dropout">The share of x that is dropped in training.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static ResidualNormResult AddLayerNorm(
        this Tensor x, Tensor residual, Tensor? weight = null, Tensor? bias = null, float dropout = 0f, float eps = 1e-5f)
    {
        var graph = Graph.Of(nameof(AddLayerNorm), x, residual, weight, bias);
        var (rows, columns) = (x.Shape.Rows, x.Shape.Columns);
        var fits = x.Shape.Rank > 0 && residual.Shape.Equals(x.Shape) && (weight is null || weight.Shape.Equals([columns]))
            && (bias is null || bias.Shape.Equals([columns]));
        if (!fits)
        {
            throw new ShapeException(
                nameof(AddLayerNorm), $"x {x.Shape}, residual {residual.Shape}, weight {weight?.Shape} and bias {bias?.Shape} [C]");
        }
        CheckRate(nameof(AddLayerNorm), dropout);
        var rate = graph.IsTraining ? dropout : 0f;
        var (seed, call) = rate > 0f ? (graph.Random.Seed, graph.Random.NextCall()) : (0, 0);
        var mask = rate > 0f ? new DropoutMask(rate, seed, call) : default;
        var s = graph.Result(x.Shape, x, residual);
        var y = graph.Result(x.Shape, x, residual, weight, bias);
        var (mean, rstd) = (graph.New([rows]), graph.New([rows]));
        graph.Kernels.LayerNorm.ForwardResidual(
            rows, columns, eps, mask, x.Floats, residual.Floats, weight?.Floats ?? default, bias?.Floats ?? default, s.Floats, y.Floats,
            mean.Floats, rstd.Floats);

        graph.Remember(
            nameof(AddLayerNorm),
            [x, residual, weight, bias],
            [s, y],
            () =>
            {
                var targets = TargetsTogether(graph, weight, bias);
                var intoX = Target(graph, x);
                // Where both are one tensor, its gradients are written one after the other.
                var isOne = ReferenceEquals(x, residual) && x.RequiresGradient;
                var intoResidual = isOne ? new(graph.Scratch(x.Shape.ElementCount), false) : Target(graph, residual);
                graph.Kernels.LayerNorm.BackwardResidual(
                    rows, columns, mask, Carried(graph, y), graph.Arrived(s), s.Floats, weight?.Floats ?? default, mean.Floats, rstd.Floats,
                    new()
                    {
                        X = intoX.Floats,
                        AddsToX = intoX.Adds,
                        Residual = intoResidual.Floats,
                        AddsToResidual = intoResidual.Adds,
                        Gamma = targets[0].Floats,
                        Beta = targets[1].Floats,
                        AddsToSums = targets.Any(target => target.Adds),
                    });
                if (isOne)
                    AddGradient(graph, x, intoResidual.Floats);
            },
            v =>
            {
                var units = new double[v[0].Length];
                for (var i = 0; rate > 0f && i < units.Length; i++)
                    units[i] = RandomReference.Unit<double>(i, seed, call);
                var (sum, normalized) = (new double[units.Length], new double[units.Length]);
                LayerNormReference.ForwardResidual<double>(
                    columns, eps, rate, units, v[0], v[1], v[2], v[3], sum, normalized, new double[rows], new double[rows]);
                return [sum, normalized];
            });
        return new(s, y);
    }
}
