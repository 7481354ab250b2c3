using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>What follows the product: c = activation(alpha sum + beta c + bias) + residual.</summary>
internal static unsafe class GemmEpilogue
{
    /// <summary>Finishes and stores the first count lanes of a vector of sums. A null bias or residual is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector>(
        TVector sum, float* c, int count, float alpha, float beta, float* bias, Activation activation, float* residual)
        where TVector : struct, IVector<TVector>
    {
        var value = TVector.Broadcast(alpha) * sum;
        if (beta != 0f)
            value = TVector.MultiplyAdd(TVector.Broadcast(beta), VectorMath.LoadPartial<TVector>(c, count), value);
        if (bias != null)
            value += VectorMath.LoadPartial<TVector>(bias, count);
        if (activation != Activation.None)
            value = Activate(value, activation);
        if (residual != null)
            value += VectorMath.LoadPartial<TVector>(residual, count);
        VectorMath.StorePartial(value, c, count);
    }

    /// <summary>The same for rows of a whole tile, two vectors wide, with nothing after the product.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static void StorePlain<TVector>(float* tile, float* c, int stride, int rows, float alpha, float beta)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var (scale, keep) = (TVector.Broadcast(alpha), TVector.Broadcast(beta));
        for (var r = 0; r < rows; r++, tile += 2 * n, c += stride)
        {
            var left = scale * TVector.Load(tile);
            var right = scale * TVector.Load(tile + n);
            if (beta != 0f)
            {
                left = TVector.MultiplyAdd(keep, TVector.Load(c), left);
                right = TVector.MultiplyAdd(keep, TVector.Load(c + n), right);
            }
            TVector.Store(left, c);
            TVector.Store(right, c + n);
        }
    }

    /// <summary>Out of line: most products have no activation, and their loop must not pay for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TVector Activate<TVector>(TVector value, Activation activation)
        where TVector : struct, IVector<TVector> => ActivationFunctions.Forward(activation, value);
}
