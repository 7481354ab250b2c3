using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Layer normalisation over the last axis, as <c>torch.nn.LayerNorm</c>.</summary>
public sealed class LayerNorm
{
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly float _eps;

    /// <summary>A layer that begins with weights 1 and biases 0.</summary>
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

    /// <summary>x [.., C], normalized.</summary>
    public Tensor Forward(Tensor x) => x.LayerNorm(_weight.Shape, _weight, _bias, _eps);

    /// <summary>residual + dropout(x), and the same normalized, in one kernel.</summary>
    /// <param name="x">[.., C], what a sublayer computed.</param>
    /// <param name="residual">[.., C], what went into it.</param>
    /// <param name="dropout">The share of x that is dropped in training.</param>
    public ResidualNormResult Forward(Tensor x, Tensor residual, float dropout) =>
        x.AddLayerNorm(residual, _weight, _bias, dropout, _eps);
}
