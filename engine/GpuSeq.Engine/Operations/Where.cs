using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>a where the mask is not 0, b elsewhere. The mask broadcasts to the shape that a and b have.</summary>
    /// <exception cref="ShapeException">The shapes do not fit, or the mask is not of integers.</exception>
    public static Tensor Where(this Tensor mask, Tensor a, Tensor b)
    {
        if (!a.Shape.Equals(b.Shape))
            throw new ShapeException(nameof(Where), $"a {a.Shape} and b {b.Shape}");
        return Choose(nameof(Where), mask, a, b, 0f);
    }

    /// <summary>A number where the mask is not 0, x elsewhere. The mask broadcasts to the shape of x.</summary>
    /// <exception cref="ShapeException">The shapes do not fit, or the mask is not of integers.</exception>
    public static Tensor MaskedFill(this Tensor x, Tensor mask, float value) => Choose(nameof(MaskedFill), mask, null, x, value);

    // An operand that is null is the number.
    private static Tensor Choose(string operation, Tensor mask, Tensor? a, Tensor b, float number)
    {
        var graph = Graph.Of(operation, mask, a, b);
        if (mask.ElementType != ElementType.Int32 || !BroadcastsTo(mask.Shape, b.Shape))
            throw new ShapeException(operation, $"mask {mask} and x {b.Shape}");
        var chosen = mask.Shape.Equals(b.Shape) ? mask : Expand(graph, mask, b.Shape);
        var y = graph.Result(b.Shape, a, b);
        var elementwise = graph.Kernels.Elementwise;
        elementwise.Where(chosen.Ints, a?.Floats ?? default, b.Floats, y.Floats, number);

        graph.Remember(
            operation,
            [chosen, a, b],
            [y],
            () =>
            {
                var dy = graph.Arrived(y);
                if (a is { RequiresGradient: true })
                {
                    var da = graph.Accumulate(a);
                    elementwise.Where(chosen.Ints, dy, default, da.Floats, 0f, da.Adds);
                }
                if (b.RequiresGradient)
                {
                    var db = graph.Accumulate(b);
                    elementwise.Where(chosen.Ints, default, dy, db.Floats, 0f, db.Adds);
                }
            },
            v => [Values(y, result => ElementwiseReference.Where<double>(Ints(v[0]), v[1], v[2], result, number, accumulate: false))]);
        return y;
    }
}
