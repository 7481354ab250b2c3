using System.Runtime.CompilerServices;

namespace GpuSeq.Kernels;

/// <summary>Elementary functions of one value, for kernels of both shapes.</summary>
internal static class ScalarMath
{
    /// <summary>e^x - 1, near 0 without cancellation: the Taylor polynomial.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ExpM1(float x)
    {
        if (x < -0.35f || x > 0.35f)
            return MathF.Exp(x) - 1f;
        var p = 1f + x * (1f / 7);
        p = 1f + x * (1f / 6) * p;
        p = 1f + x * (1f / 5) * p;
        p = 1f + x * (1f / 4) * p;
        p = 1f + x * (1f / 3) * p;
        p = 1f + x * (1f / 2) * p;
        return x * p;
    }
}
