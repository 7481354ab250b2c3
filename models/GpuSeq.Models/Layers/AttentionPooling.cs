using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// The mean of the states of a sequence, weighted by additive attention with a learned query u (Yang et al. 2016, "Hierarchical
/// Attention Networks for Document Classification", equations 5 to 7): softmax(u . tanh(W h + b)).
/// </summary>
public sealed class AttentionPooling
{
    private readonly Linear _key;
    private readonly Linear _query;

    /// <summary>A layer with the parameters <c>key.weight</c>, <c>key.bias</c> and <c>query.weight</c>.</summary>
    /// <param name="scope">Where they are added.</param>
    /// <param name="width">C, the size of a state, and of what it is compared by.</param>
    public AttentionPooling(ParameterScope scope, int width)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _key = new(scope["key"], width, width);
        _query = new(scope["query"], width, 1, bias: false);
    }

    /// <summary>Pools sequences.</summary>
    /// <param name="x">[B, T, C].</param>
    /// <param name="keep">[B, T], 1 where there is a state and 0 where there is padding.</param>
    /// <returns>[B, C], and the weights [B, T].</returns>
    public (Tensor Pooled, Tensor Weights) Forward(Tensor x, Tensor keep)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(keep);
        var scores = _query.Forward(_key.Forward(x).Tanh()).Reshape(keep.Shape);
        var weights = (scores + Pooling.Hiding(keep)).Softmax();
        var pooled = weights.Reshape([x.Shape[0], 1, x.Shape[1]]).MatMul(x); // [B, 1, C]
        return (pooled.Reshape([x.Shape[0], x.Shape[2]]), weights);
    }
}
