namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>x above 0, and alpha (e^x - 1) below, where the derivative is alpha e^x, at 0 as well (Clevert et al. 2016).</summary>
    public static Tensor Elu(this Tensor x, float alpha = 1f) =>
        x.Relu() + (x.Clamp(float.NegativeInfinity, 0f).Exp() - 1f).Scale(alpha);
}
