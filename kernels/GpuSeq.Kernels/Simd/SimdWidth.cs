using System.Runtime.Intrinsics;

namespace GpuSeq.Kernels.Simd;

/// <summary>The width of the vectors that CPU kernels compute with, in bits.</summary>
public enum SimdWidth
{
    /// <summary>4 float32 lanes: SSE, NEON.</summary>
    Bits128 = 128,

    /// <summary>8 float32 lanes: AVX2.</summary>
    Bits256 = 256,

    /// <summary>16 float32 lanes: AVX-512.</summary>
    Bits512 = 512,
}

/// <summary>Chooses vector widths.</summary>
public static class SimdWidths
{
    /// <summary>The widest that this processor computes with. Every width gives right results everywhere.</summary>
    public static SimdWidth Widest =>
        Vector512.IsHardwareAccelerated ? SimdWidth.Bits512 :
        Vector256.IsHardwareAccelerated ? SimdWidth.Bits256 : SimdWidth.Bits128;
}
