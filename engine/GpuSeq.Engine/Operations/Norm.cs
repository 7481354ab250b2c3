using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    private const float AlmostZero = 1e-30f;

    /// <summary>The norm of all elements: the square root of the sum of squares, or another. Where it is 0, so is the gradient.</summary>
    public static Tensor Norm(this Tensor x, Norm norm = Kernels.Norm.L2) => norm switch
    {
        Kernels.Norm.L1 => x.Abs().Sum(),
        Kernels.Norm.Infinity => x.Abs().Reshape([x.Shape.IntCount]).Max(0),
        _ => EuclideanNorm(x),
    };

    /// <summary>
    /// The norm at each time step, over sequences and features: [T]. Of the gradient of a recurrent layer's input or output, it
    /// shows how far back gradients reach (Pascanu et al. 2013): <c>y.Gradient.NormPerStep()</c>, y retaining its gradient.
    /// </summary>
    /// <param name="x">[B, T, C] or [T, B, C].</param>
    /// <param name="batchFirst">Whether sequences come before steps.</param>
    /// <exception cref="ShapeException">x has not three dimensions.</exception>
    public static Tensor NormPerStep(this Tensor x, bool batchFirst = true)
    {
        if (x.Shape.Rank != 3)
            throw new ShapeException(nameof(NormPerStep), $"x {x.Shape}, which needs three dimensions");
        return x.Square().Sum(-1).Sum(batchFirst ? 0 : 1).Sqrt();
    }

    private static Tensor EuclideanNorm(Tensor x)
    {
        var graph = Graph.Of(nameof(Norm), x);
        var y = graph.Result(Shape.Scalar, x);
        graph.Kernels.Reduction.GlobalNorm(x.Floats, y.Floats);

        graph.Remember(
            nameof(Norm),
            [x],
            [y],
            () =>
            {
                // dx = x dy / y; a divisor that is not 0 leaves 0 where x is.
                var elementwise = graph.Kernels.Elementwise;
                var factor = graph.Scratch(1);
                elementwise.AddScalar(y.Floats, AlmostZero, factor);
                elementwise.Binary(BinaryOperation.Divide, graph.Arrived(y), factor, factor, 1);
                var dx = graph.Accumulate(x);
                elementwise.Binary(BinaryOperation.Multiply, x.Floats, factor, dx.Floats, 1, dx.Adds);
            },
            v => [[ReductionReference.Norm<double>(Kernels.Norm.L2, v[0])]]);
        return y;
    }
}
