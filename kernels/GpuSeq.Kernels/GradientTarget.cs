using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Where a gradient is written.</summary>
/// <param name="Floats">The memory; empty where the gradient is not wanted.</param>
/// <param name="Adds">Whether to add to what is there, instead of assigning.</param>
public readonly record struct GradientTarget(ArrayView<float> Floats, bool Adds)
{
    /// <summary>The factor of what is there, as matrix products take it.</summary>
    public float Beta => Adds ? 1f : 0f;

    /// <summary>Whether the gradient is wanted.</summary>
    public bool IsWanted => Floats.Length > 0;
}
