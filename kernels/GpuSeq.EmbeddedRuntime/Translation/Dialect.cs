namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>The C that kernels are translated to.</summary>
public enum Dialect
{
    /// <summary>OpenCL C 1.2.</summary>
    OpenCL,

    /// <summary>CUDA C, as NVRTC compiles it.</summary>
    Cuda,
}

/// <summary>What a translation depends on besides the kernel.</summary>
/// <param name="Dialect">The language.</param>
/// <param name="WarpSize">The lanes of a warp.</param>
/// <param name="HasDoubles">Whether the device computes in float64.</param>
public sealed record TranslationOptions(Dialect Dialect, int WarpSize, bool HasDoubles = true);
