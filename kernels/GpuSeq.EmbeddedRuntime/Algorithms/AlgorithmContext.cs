using ILGPU.Algorithms;

namespace ILGPU;

/// <summary>Makes <see cref="XMath"/> known to contexts.</summary>
public static class AlgorithmContext
{
    /// <summary>Makes the functions of <see cref="XMath"/> available in kernels. Here they always are.</summary>
    public static Context.Builder EnableAlgorithms(this Context.Builder builder) => builder;
}
