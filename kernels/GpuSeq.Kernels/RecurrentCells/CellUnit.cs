using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>What the cells for GPUs share: a work item computes one hidden unit.</summary>
internal static class CellUnit
{
    /// <summary>1 / (1 + e^-x).</summary>
    public static float Sigmoid(float x) => 1f / (1f + XMath.Exp(-x));
}
