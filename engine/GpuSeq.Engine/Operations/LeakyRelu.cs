namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>x above 0, and slope x below, where the derivative is the slope, at 0 as well (Maas, Hannun and Ng 2013).</summary>
    public static Tensor LeakyRelu(this Tensor x, float slope = 0.01f) => x.Relu().Scale(1f - slope) + x.Scale(slope);
}
