using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Weights of attention that layers leave for people to look at, layer by layer; empty where nobody asked for them.</summary>
internal sealed class KeptWeights : List<Tensor>
{
    /// <summary>Keeps the weights, and passes the output on.</summary>
    public Tensor OutputOf(AttentionResult result)
    {
        if (result.Weights is not null)
            Add(result.Weights);
        return result.Output;
    }
}
