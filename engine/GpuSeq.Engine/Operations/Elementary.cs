using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>x^2.</summary>
    public static Tensor Square(this Tensor x) => Elementary(ElementaryFunction.Square, x);

    /// <summary>The square root; NaN below 0.</summary>
    public static Tensor Sqrt(this Tensor x) => Elementary(ElementaryFunction.SquareRoot, x);

    /// <summary>e^x.</summary>
    public static Tensor Exp(this Tensor x) => Elementary(ElementaryFunction.Exp, x);

    /// <summary>The natural logarithm; NaN below 0.</summary>
    public static Tensor Log(this Tensor x) => Elementary(ElementaryFunction.Log, x);

    /// <summary>|x|. At 0 the gradient is 0.</summary>
    public static Tensor Abs(this Tensor x) => Elementary(ElementaryFunction.Abs, x);

    /// <summary>The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.</summary>
    public static Tensor Erf(this Tensor x) => Elementary(ElementaryFunction.Erf, x);

    /// <summary>x^exponent = e^(exponent log x), for x above 0; NaN below.</summary>
    public static Tensor Power(this Tensor x, float exponent) => x.Log().Scale(exponent).Exp();

    /// <summary>x where it lies from low to high, else the nearer bound, beyond which there is no gradient.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bounds are not in order.</exception>
    public static Tensor Clamp(this Tensor x, float low, float high)
    {
        if (!(low <= high))
            throw new ArgumentOutOfRangeException(nameof(high), $"Clamp: {low} to {high} is no range.");
        return Elementary(ElementaryFunction.Clamp, x, low, high);
    }

    private static Tensor Elementary(ElementaryFunction function, Tensor x, float low = 0f, float high = 0f)
    {
        var graph = Graph.Of(function.ToString(), x);
        var y = graph.Result(x.Shape, x);
        graph.Kernels.Functions.Forward(function, x.Floats, y.Floats, low, high);

        graph.Remember(
            function.ToString(),
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Functions.Backward(function, x.Floats, graph.Arrived(y), dx.Floats, dx.Adds, low, high);
            },
            v => [Array.ConvertAll(v[0], value => FunctionReference.Value(function, value, low, high))]);
        return y;
    }
}
