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
            Activation.Sigmoid => T.One / (T.One + T.Exp(-x)),
            _ => throw new ArgumentOutOfRangeException(nameof(activation)),
        };
}
