using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of losses of single predictions.</summary>
public static class LossReference
{
    /// <summary>w f(x, t).</summary>
    /// <param name="function">f.</param>
    /// <param name="x">The prediction.</param>
    /// <param name="target">t.</param>
    /// <param name="weight">w.</param>
    /// <param name="positiveWeight">The weight of the positive class.</param>
    public static T Value<T>(LossFunction function, T x, T target, T weight, T positiveWeight)
        where T : IFloatingPointIeee754<T>
    {
        if (function == LossFunction.SquaredError)
            return weight * (x - target) * (x - target);
        // -log s(x) = log(1 + e^-x), -log(1 - s(x)) = log(1 + e^x).
        return weight * (positiveWeight * target * Softplus(-x) + (T.One - target) * Softplus(x));
    }

    /// <summary>The derivative of <see cref="Value"/> with respect to x.</summary>
    /// <inheritdoc cref="Value" path="/param"/>
    public static T Slope<T>(LossFunction function, T x, T target, T weight, T positiveWeight)
        where T : IFloatingPointIeee754<T>
    {
        if (function == LossFunction.SquaredError)
            return weight * (x - target) * T.CreateChecked(2);
        return weight * ((T.One - target) / (T.One + T.Exp(-x)) - positiveWeight * target / (T.One + T.Exp(x)));
    }

    private static T Softplus<T>(T x)
        where T : IFloatingPointIeee754<T> => T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x)));
}
