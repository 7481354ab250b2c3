using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>An activation function and its derivative: everything that a new one has to bring.</summary>
internal interface IActivation
{
    /// <summary>f(x).</summary>
    static abstract TVector Forward<TVector>(TVector x)
        where TVector : struct, IVector<TVector>;

    /// <summary>f'(x), from x or, where <see cref="ActivationFunctions.DerivativeReadsOutput"/>, from f(x).</summary>
    static abstract TVector Derivative<TVector>(TVector value)
        where TVector : struct, IVector<TVector>;
}

/// <summary>Something that is compiled for each activation function.</summary>
internal interface IActivationUser
{
    void Use<TActivation>()
        where TActivation : struct, IActivation;
}

/// <summary>Finds the function that an <see cref="Activation"/> names.</summary>
internal static class ActivationFunctions
{
    /// <summary>The value of a function. For every vector, and with <see cref="ScalarLane"/> for group-shaped kernels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Forward<TVector>(Activation activation, TVector x)
        where TVector : struct, IVector<TVector> => activation switch
        {
            Activation.Relu => Relu.Forward(x),
            Activation.Tanh => Tanh.Forward(x),
            Activation.Sigmoid => Sigmoid.Forward(x),
            Activation.Gelu => Gelu.Forward(x),
            Activation.GeluTanh => GeluTanh.Forward(x),
            Activation.Silu => Silu.Forward(x),
            _ => x,
        };

    /// <summary>The derivative of a function, from its argument or its value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative<TVector>(Activation activation, TVector value)
        where TVector : struct, IVector<TVector> => activation switch
        {
            Activation.Relu => Relu.Derivative(value),
            Activation.Tanh => Tanh.Derivative(value),
            Activation.Sigmoid => Sigmoid.Derivative(value),
            Activation.Gelu => Gelu.Derivative(value),
            Activation.GeluTanh => GeluTanh.Derivative(value),
            Activation.Silu => Silu.Derivative(value),
            _ => Identity.Derivative(value),
        };

    /// <summary>Whether the derivative is computed from the function's value.</summary>
    public static bool DerivativeReadsOutput(Activation activation) =>
        activation is Activation.Relu or Activation.Tanh or Activation.Sigmoid or Activation.None;

    /// <summary>Runs what was compiled for a function.</summary>
    public static void With<TUser>(Activation activation, TUser user)
        where TUser : struct, IActivationUser
    {
        switch (activation)
        {
            case Activation.Relu: user.Use<Relu>(); break;
            case Activation.Tanh: user.Use<Tanh>(); break;
            case Activation.Sigmoid: user.Use<Sigmoid>(); break;
            case Activation.Gelu: user.Use<Gelu>(); break;
            case Activation.GeluTanh: user.Use<GeluTanh>(); break;
            case Activation.Silu: user.Use<Silu>(); break;
            default: user.Use<Identity>(); break;
        }
    }
}

/// <summary>x.</summary>
internal readonly struct Identity : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x)
        where V : struct, IVector<V> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V y)
        where V : struct, IVector<V> => V.Broadcast(1f);
}

/// <summary>max(0, x), with derivative 0 at 0.</summary>
internal readonly struct Relu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x)
        where V : struct, IVector<V> => V.Max(x, V.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V y)
        where V : struct, IVector<V> => V.Select(V.LessThan(V.Zero, y), V.Broadcast(1f), V.Zero);
}

/// <summary>tanh x, with derivative 1 - y^2 = (1 - y) (1 + y), which does not cancel near 1.</summary>
internal readonly struct Tanh : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x)
        where V : struct, IVector<V> => VectorMath.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V y)
        where V : struct, IVector<V> => (V.Broadcast(1f) - y) * (V.Broadcast(1f) + y);
}

/// <summary>s(x) = 1 / (1 + e^-x), with derivative y (1 - y).</summary>
internal readonly struct Sigmoid : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x)
        where V : struct, IVector<V> => VectorMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V y)
        where V : struct, IVector<V> => y * (V.Broadcast(1f) - y);
}

/// <summary>x P(x) with the standard normal distribution P, and derivative P(x) + x p(x), p(x) = e^(-x^2 / 2) / sqrt(2 pi).</summary>
internal readonly struct Gelu : IActivation
{
    private const float Limit = 100f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x)
        where V : struct, IVector<V> => x * VectorMath.NormalCdf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : struct, IVector<V>
    {
        // Beyond the limit P is 0 or 1, and x p(x) would become infinity times 0.
        x = V.Clamp(x, V.Broadcast(-Limit), V.Broadcast(Limit));
        var density = V.Broadcast(0.398942280f) * VectorMath.ExpOfNegative(x * x * V.Broadcast(-0.5f));
        return V.MultiplyAdd(x, density, VectorMath.NormalCdf(x));
    }
}

/// <summary>
/// x (1 + tanh u) / 2 = x s(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3), and derivative s + x s (1 - s) 2 u'.
/// </summary>
internal readonly struct GeluTanh : IActivation
{
    private const float Scale = 1.59576912f; // 2 sqrt(2 / pi)
    private const float Cubic = 0.044715f;
    private const float Limit = 100f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x)
        where V : struct, IVector<V> => x * VectorMath.Sigmoid(TwoU(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : struct, IVector<V>
    {
        // The gate is 0 or 1 long before the limit; beyond it, u' would become infinity times 0.
        x = V.Clamp(x, V.Broadcast(-Limit), V.Broadcast(Limit));
        var (s, rest) = VectorMath.SigmoidAndRest(TwoU(x));
        var slope = V.MultiplyAdd(x * x, V.Broadcast(3 * Cubic * Scale), V.Broadcast(Scale));
        return V.MultiplyAdd(x * s * rest, slope, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TwoU<V>(V x)
        where V : struct, IVector<V> => x * V.MultiplyAdd(x * x, V.Broadcast(Cubic * Scale), V.Broadcast(Scale));
}

/// <summary>x s(x), with derivative s + x s (1 - s).</summary>
internal readonly struct Silu : IActivation
{
    private const float Limit = 100f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x)
        where V : struct, IVector<V> => x * VectorMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : struct, IVector<V>
    {
        x = V.Clamp(x, V.Broadcast(-Limit), V.Broadcast(Limit)); // beyond, x would outweigh a 1 - s that is 0 but for rounding
        var (s, rest) = VectorMath.SigmoidAndRest(x);
        return V.MultiplyAdd(x * s, rest, s);
    }
}
