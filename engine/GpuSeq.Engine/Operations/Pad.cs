using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>Surrounds a tensor with a number.</summary>
    /// <param name="x">Any tensor of float32.</param>
    /// <param name="margins">Entries before and after each of the last axes, in their order.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="ShapeException">There are more margins than axes, or negative ones.</exception>
    public static Tensor Pad(this Tensor x, IReadOnlyList<(int Before, int After)> margins, float value = 0f)
    {
        var graph = Graph.Of(nameof(Pad), x);
        var first = x.Shape.Rank - margins.Count;
        if (first < 0 || margins.Any(margin => margin.Before < 0 || margin.After < 0))
            throw new ShapeException(nameof(Pad), $"x {x.Shape} and margins {string.Join(", ", margins)}");
        var (begins, sizes) = (new int[x.Shape.Rank], x.Shape.ToArray());
        for (var i = 0; i < margins.Count; i++)
        {
            begins[first + i] = margins[i].Before;
            sizes[first + i] += margins[i].Before + margins[i].After;
        }
        var inside = StridedCopy.Window(sizes, begins, x.Shape.Sizes);
        var y = graph.Result(new(sizes), x);
        graph.Kernels.Elementwise.Fill(y.Floats, value);
        graph.Kernels.Layout.Copy(inside.Reversed, x.Floats, y.Floats);

        graph.Remember(
            nameof(Pad),
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Layout.Copy(inside, graph.Arrived(y), dx.Floats, dx.Adds);
            },
            v => [Values(y, result =>
            {
                Array.Fill(result, value);
                Place(LayoutReference.Window(sizes, begins, [.. x.Shape], Steps(x.Shape.Rank)), v[0], result);
            })]);
        return y;
    }
}
