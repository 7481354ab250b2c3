using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

/// <summary>The largest elements of rows.</summary>
/// <param name="Values">[.., k], the largest first.</param>
/// <param name="Indices">[.., k], where in their rows they stand, as integers.</param>
public sealed record TopKResult(Tensor Values, Tensor Indices);

public static partial class Operations
{
    /// <summary>The k largest elements along the last axis. Of equal ones the first goes first; NaN counts as the largest.</summary>
    /// <exception cref="ShapeException">The axis has not k elements.</exception>
    public static TopKResult TopK(this Tensor x, int k)
    {
        var graph = Graph.Of(nameof(TopK), x);
        if (x.Shape.Rank == 0 || k < 0 || k > x.Shape.Columns)
            throw new ShapeException(nameof(TopK), $"x {x.Shape} and k {k}");
        var (rows, columns) = (x.Shape.Rows, x.Shape.Columns);
        var values = graph.Result(x.Shape.WithColumns(k), x);
        var indices = graph.New(values.Shape, ElementType.Int32);
        graph.Kernels.TopK.Forward(x.Floats, values.Floats, indices.Ints, rows, columns, k);

        graph.Remember(
            nameof(TopK),
            [x],
            [values],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Reduction.SelectBackward(
                    graph.Arrived(values), indices.Ints, dx.Floats, AxisShape.Last(rows, columns), dx.Adds);
            },
            v => [Values(values, result => ReductionReference.TopK<double>(v[0], result, new int[result.Length], rows, k))]);
        return new(values, indices);
    }
}
