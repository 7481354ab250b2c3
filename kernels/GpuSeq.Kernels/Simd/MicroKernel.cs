using System.Runtime.CompilerServices;

namespace GpuSeq.Kernels.Simd;

/// <summary>How the inner methods of row-shaped kernels are compiled.</summary>
internal static class MicroKernel
{
    /// <summary>
    /// Optimised from the first call, and never inlined: inlined into a caller, all three vector widths of it share that
    /// caller's inlining budget, and where it runs out every vector operation becomes a call (measured: 20 times slower).
    /// </summary>
    public const MethodImplOptions Options = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}
