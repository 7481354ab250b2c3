using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of the activation functions and their derivatives.</summary>
public static class ActivationReference
{
    /// <summary>The value of an activation function.</summary>
    public static T Apply<T>(Activation activation, T x)
        where T : IFloatingPointIeee754<T> => activation switch
        {
            Activation.None => x,
            Activation.Relu => T.Max(x, T.Zero),
            Activation.Tanh => T.Tanh(x),
            Activation.Sigmoid => Sigmoid(x),
            Activation.Gelu => x * NormalCdf(x),
            Activation.GeluTanh => Half<T>() * x * (T.One + T.Tanh(GeluTanhArgument(x))),
            Activation.Silu => x * Sigmoid(x),
            _ => throw new ArgumentOutOfRangeException(nameof(activation)),
        };

    /// <summary>The derivative of an activation function at x, where its value is y.</summary>
    public static T Derivative<T>(Activation activation, T x, T y)
        where T : IFloatingPointIeee754<T>
    {
        switch (activation)
        {
            case Activation.None:
                return T.One;
            case Activation.Relu:
                return y > T.Zero ? T.One : T.Zero;
            case Activation.Tanh:
                return T.One - y * y;
            case Activation.Sigmoid:
                return y * (T.One - y);
            case Activation.Gelu:
                var density = T.Exp(-Half<T>() * x * x) / T.Sqrt(T.Tau);
                return NormalCdf(x) + x * density;
            case Activation.GeluTanh:
                var tanh = T.Tanh(GeluTanhArgument(x));
                var slope = GeluTanhScale<T>() * (T.One + T.CreateChecked(3 * 0.044715) * x * x);
                return Half<T>() * (T.One + tanh) + Half<T>() * x * (T.One - tanh * tanh) * slope;
            case Activation.Silu:
                var sigmoid = Sigmoid(x);
                return sigmoid * (T.One + x * (T.One - sigmoid));
            default:
                throw new ArgumentOutOfRangeException(nameof(activation));
        }
    }

    /// <summary>The error function, by the series 2 / sqrt(pi) e^(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...), all of one sign.</summary>
    public static T Erf<T>(T x)
        where T : IFloatingPointIeee754<T>
    {
        if (T.IsNaN(x) || T.Abs(x) > T.CreateChecked(6))
            return T.IsNaN(x) ? x : T.CopySign(T.One, x);
        var term = x;
        var sum = x;
        for (var n = 1; n < 200; n++)
        {
            term *= (x + x) * x / T.CreateChecked(2 * n + 1);
            sum += term;
        }
        return (T.One + T.One) / T.Sqrt(T.Pi) * T.Exp(-x * x) * sum;
    }

    private static T Half<T>()
        where T : IFloatingPointIeee754<T> => T.CreateChecked(0.5);

    private static T Sigmoid<T>(T x)
        where T : IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));

    private static T NormalCdf<T>(T x)
        where T : IFloatingPointIeee754<T> => Half<T>() * (T.One + Erf(x / T.Sqrt(T.CreateChecked(2))));

    private static T GeluTanhScale<T>()
        where T : IFloatingPointIeee754<T> => T.Sqrt(T.CreateChecked(2) / T.Pi);

    private static T GeluTanhArgument<T>(T x)
        where T : IFloatingPointIeee754<T> => GeluTanhScale<T>() * (x + T.CreateChecked(0.044715) * x * x * x);
}
