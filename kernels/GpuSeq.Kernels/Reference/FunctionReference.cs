using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of the elementary functions and their derivatives.</summary>
public static class FunctionReference
{
    /// <summary>f(x); low and high are the bounds of <see cref="ElementaryFunction.Clamp"/>.</summary>
    public static T Value<T>(ElementaryFunction function, T x, T low, T high)
        where T : IFloatingPointIeee754<T> => function switch
        {
            ElementaryFunction.Square => x * x,
            ElementaryFunction.SquareRoot => T.Sqrt(x),
            ElementaryFunction.Exp => T.Exp(x),
            ElementaryFunction.Log => T.Log(x),
            ElementaryFunction.Abs => T.Abs(x),
            ElementaryFunction.Erf => ActivationReference.Erf(x),
            ElementaryFunction.Clamp => T.IsNaN(x) ? x : T.Min(T.Max(x, low), high),
            _ => throw new ArgumentOutOfRangeException(nameof(function)),
        };

    /// <summary>f'(x).</summary>
    public static T Slope<T>(ElementaryFunction function, T x, T low, T high)
        where T : IFloatingPointIeee754<T> => function switch
        {
            ElementaryFunction.Square => x + x,
            ElementaryFunction.SquareRoot => T.One / (T.Sqrt(x) + T.Sqrt(x)),
            ElementaryFunction.Exp => T.Exp(x),
            ElementaryFunction.Log => T.One / x,
            ElementaryFunction.Abs => x > T.Zero ? T.One : x < T.Zero ? -T.One : x,
            ElementaryFunction.Erf => T.CreateChecked(2) / T.Sqrt(T.Pi) * T.Exp(-x * x),
            ElementaryFunction.Clamp => x < low || x > high ? T.Zero : T.One,
            _ => throw new ArgumentOutOfRangeException(nameof(function)),
        };
}
