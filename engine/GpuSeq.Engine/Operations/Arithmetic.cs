using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>a + b. Shapes broadcast as in NumPy: aligned at their ends, axes of size 1 repeat.</summary>
    public static Tensor Add(this Tensor a, Tensor b) => Binary(BinaryOperation.Add, a, b);

    /// <summary>a - b. Shapes broadcast as in NumPy: aligned at their ends, axes of size 1 repeat.</summary>
    public static Tensor Subtract(this Tensor a, Tensor b) => Binary(BinaryOperation.Subtract, a, b);

    /// <summary>a b, element by element. Shapes broadcast as in NumPy: aligned at their ends, axes of size 1 repeat.</summary>
    public static Tensor Multiply(this Tensor a, Tensor b) => Binary(BinaryOperation.Multiply, a, b);

    /// <summary>a / b, element by element. Shapes broadcast as in NumPy: aligned at their ends, axes of size 1 repeat.</summary>
    public static Tensor Divide(this Tensor a, Tensor b) => Binary(BinaryOperation.Divide, a, b);

    /// <summary>x plus a number, for every element.</summary>
    public static Tensor Add(this Tensor x, float number)
    {
        var graph = Graph.Of(nameof(Add), x);
        var y = graph.Result(x.Shape, x);
        graph.Kernels.Elementwise.AddScalar(x.Floats, number, y.Floats);
        graph.Remember(
            nameof(Add),
            [x],
            [y],
            () => AddGradient(graph, x, graph.Arrived(y)),
            v => [Array.ConvertAll(v[0], value => value + number)]);
        return y;
    }

    /// <summary>alpha x.</summary>
    public static Tensor Scale(this Tensor x, float alpha)
    {
        var graph = Graph.Of(nameof(Scale), x);
        var y = graph.Result(x.Shape, x);
        graph.Kernels.Elementwise.Scale(x.Floats, alpha, y.Floats);
        graph.Remember(
            nameof(Scale),
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Elementwise.Scale(graph.Arrived(y), alpha, dx.Floats, dx.Adds);
            },
            v => [Array.ConvertAll(v[0], value => alpha * value)]);
        return y;
    }

    private static Tensor Binary(BinaryOperation operation, Tensor a, Tensor b)
    {
        var graph = Graph.Of(operation.ToString(), a, b);
        var shape = Together(a.Shape, b.Shape) ?? throw new ShapeException(operation.ToString(), $"{a.Shape} and {b.Shape}");
        // The kernel repeats b where it is a's last axes, or one number; whatever else repeats is written out.
        if (!a.Shape.Equals(shape))
            return Binary(operation, a.BroadcastTo(shape), b);
        if (!IsEnd(b.Shape, shape))
            return Binary(operation, a, b.BroadcastTo(shape));
        var period = b.Shape.IntCount;
        var elementwise = graph.Kernels.Elementwise;
        var y = graph.Result(a.Shape, a, b);
        elementwise.Binary(operation, a.Floats, b.Floats, y.Floats, period);

        graph.Remember(
            operation.ToString(),
            [a, b],
            [y],
            () =>
            {
                // One after the other: a and b may be the same tensor, and the second gradient adds to the first.
                var dy = graph.Arrived(y);
                if (a.RequiresGradient)
                {
                    var da = graph.Accumulate(a);
                    elementwise.BinaryBackward(
                        operation, a.Floats, b.Floats, dy, da.Floats, default, period, da.Adds, accumulateB: false);
                }
                if (b.RequiresGradient)
                {
                    var db = graph.Accumulate(b);
                    elementwise.BinaryBackward(
                        operation, a.Floats, b.Floats, dy, default, db.Floats, period, accumulateA: false, db.Adds);
                }
            },
            v => [Values(y, result => ElementwiseReference.Binary<double>(operation, v[0], v[1], result, accumulate: false))]);
        return y;
    }

    // Whether a shape, but for axes of size 1 before its first other one, is the end of another.
    private static bool IsEnd(Shape b, Shape a)
    {
        var rank = b.Rank;
        while (rank > 0 && b[-rank] == 1)
            rank--;
        return a.Sizes[^rank..].SequenceEqual(b.Sizes[^rank..]);
    }
}
