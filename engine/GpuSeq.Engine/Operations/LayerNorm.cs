using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// Layer normalisation over the last axes (Ba, Kiros and Hinton, 2016): y = (x - mean) / sqrt(variance + eps) weight + bias.
    /// </summary>
    /// <param name="x">[.., normalized].</param>
    /// <param name="normalized">The sizes of the last axes, over which mean and variance are taken.</param>
    /// <param name="weight">[normalized], or null for 1.</param>
    /// <param name="bias">[normalized], or null for 0.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor LayerNorm(this Tensor x, Shape normalized, Tensor? weight = null, Tensor? bias = null, float eps = 1e-5f)
    {
        var graph = Graph.Of(nameof(LayerNorm), x, weight, bias);
        if (normalized.Rank > x.Shape.Rank || !x.Shape.Sizes[^normalized.Rank..].SequenceEqual(normalized.Sizes))
            throw new ShapeException(nameof(LayerNorm), $"x {x.Shape} and the normalized shape {normalized}");
        foreach (var operand in new[] { weight, bias })
        {
            if (operand is not null && !operand.Shape.Equals(normalized))
                throw new ShapeException(nameof(LayerNorm), $"the normalized shape {normalized} and a weight or bias of {operand.Shape}");
        }
        var columns = normalized.IntCount;
        var rows = columns == 0 ? 0 : x.Shape.IntCount / columns;
        var y = graph.Result(x.Shape, x, weight, bias);
        var (mean, rstd) = (graph.New([rows]), graph.New([rows]));
        graph.Kernels.LayerNorm.Forward(
            rows, columns, eps, x.Floats, weight?.Floats ?? default, bias?.Floats ?? default, y.Floats, mean.Floats,
            rstd.Floats);

        graph.Remember(
            nameof(LayerNorm),
            [x, weight, bias],
            [y],
            () =>
            {
                var targets = TargetsTogether(graph, x, weight, bias);
                var dx = x.RequiresGradient ? targets[0].Floats : graph.Scratch(x.Shape.ElementCount);
                graph.Kernels.LayerNorm.Backward(
                    rows, columns, graph.Arrived(y), x.Floats, weight?.Floats ?? default, mean.Floats, rstd.Floats, dx,
                    targets[1].Floats, targets[2].Floats, targets.Any(target => target.Adds));
            },
            v => [Values(y, result => LayerNormReference.Forward<double>(
                columns, eps, v[0], v[1], v[2], result, new double[rows], new double[rows]))]);
        return y;
    }
}
