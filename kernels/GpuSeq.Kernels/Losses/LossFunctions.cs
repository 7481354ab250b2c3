using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>What a prediction x costs whose target is t.</summary>
public enum LossFunction
{
    /// <summary>(x - t)^2.</summary>
    SquaredError,

    /// <summary>-(p t log s + (1 - t) log(1 - s)), s = 1 / (1 + e^-x), p the weight of the positive class.</summary>
    BinaryCrossEntropy,
}

/// <summary>A loss and its derivative, for vectors and single lanes.</summary>
internal interface ILoss
{
    static abstract TVector Value<TVector>(TVector x, TVector target, TVector positiveWeight)
        where TVector : struct, IVector<TVector>;

    /// <summary>The derivative with respect to x.</summary>
    static abstract TVector Slope<TVector>(TVector x, TVector target, TVector positiveWeight)
        where TVector : struct, IVector<TVector>;
}

/// <summary>(x - t)^2.</summary>
internal readonly struct SquaredError : ILoss
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value<TVector>(TVector x, TVector target, TVector positiveWeight)
        where TVector : struct, IVector<TVector> => (x - target) * (x - target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Slope<TVector>(TVector x, TVector target, TVector positiveWeight)
        where TVector : struct, IVector<TVector> => TVector.Broadcast(2f) * (x - target);
}

/// <summary>
/// The binary cross-entropy of logits, without a logarithm of a rounded probability:
/// (1 - t) x + (1 + (p - 1) t) (log(1 + e^-|x|) + max(-x, 0)), with the derivative (1 - t) s - p t (1 - s).
/// </summary>
internal readonly struct BinaryCrossEntropy : ILoss
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value<TVector>(TVector x, TVector target, TVector positiveWeight)
        where TVector : struct, IVector<TVector>
    {
        var one = TVector.Broadcast(1f);
        var softplus = LogOnePlus(VectorMath.ExpOfNegative(TVector.Zero - TVector.Abs(x))) + TVector.Max(TVector.Zero - x, TVector.Zero);
        return TVector.MultiplyAdd(one - target, x, TVector.MultiplyAdd(positiveWeight - one, target, one) * softplus);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Slope<TVector>(TVector x, TVector target, TVector positiveWeight)
        where TVector : struct, IVector<TVector>
    {
        var (s, rest) = VectorMath.SigmoidAndRest(x);
        return (TVector.Broadcast(1f) - target) * s - positiveWeight * target * rest;
    }

    // log(1 + e) for e from 0 to 1: 2 artanh(e / (2 + e)), whose series ends early there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LogOnePlus<TVector>(TVector e)
        where TVector : struct, IVector<TVector>
    {
        var s = e / (TVector.Broadcast(2f) + e);
        var z = s * s;
        var p = TVector.Broadcast(2f / 15);
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(2f / 13));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(2f / 11));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(2f / 9));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(2f / 7));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(2f / 5));
        p = TVector.MultiplyAdd(p, z, TVector.Broadcast(2f / 3));
        return TVector.MultiplyAdd(p * z, s, s + s);
    }
}
