using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Layer normalisation over the last axis (Ba, Kiros and Hinton 2016), as <c>torch.nn.LayerNorm</c>.</summary>
public sealed class LayerNorm
{
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly float _eps;

    /// <summary>A layer that begins with weight 1 and bias 0.</summary>
    /// <param name="scope">Where the parameters <c>weight</c> and <c>bias</c> are added.</param>
    /// <param name="width">C, the last size of x.</param>
    /// <param name="eps">What is added to the variance.</param>
    public LayerNorm(ParameterScope scope, int width, float eps = 1e-5f)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _weight = scope.Add("weight", [width], Initializer.Ones);
        _bias = scope.Add("bias", [width], Initializer.Zeros);
        _eps = eps;
    }

    /// <summary>Normalises x [.., C].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.LayerNorm([x.Shape.Columns], _weight, _bias, _eps);
    }

    /// <summary>Adds what a sublayer computed to what went into it, and normalises the sum, in one kernel.</summary>
    /// <param name="x">[.., C], what the sublayer computed.</param>
    /// <param name="residual">[.., C], what went into it.</param>
    /// <param name="dropout">The share of x that is dropped in training.</param>
    public ResidualNormResult Forward(Tensor x, Tensor residual, float dropout) => x.AddLayerNorm(residual, _weight, _bias, dropout, _eps);
}
