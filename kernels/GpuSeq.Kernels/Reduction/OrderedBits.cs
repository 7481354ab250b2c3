using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>Numbers as integers of the same order.</summary>
internal static class OrderedBits
{
    /// <summary>An integer that grows with the number: the same for both zeros, and the largest for NaN. May be used in kernels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(float value)
    {
        var bits = Interop.FloatAsInt(value + 0f); // -0 + 0 = 0
        return XMath.IsNaN(value) ? uint.MaxValue : (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
    }
}
