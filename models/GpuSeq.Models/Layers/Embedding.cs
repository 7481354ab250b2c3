using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>A table of vectors, one for each id, as <c>torch.nn.Embedding</c>.</summary>
public sealed class Embedding
{
    private readonly int _paddingIndex;

    /// <summary>A table with PyTorch's initialisation, the standard normal distribution, or another.</summary>
    /// <param name="scope">Where the parameter <c>weight</c> is added.</param>
    /// <param name="entries">V, the number of ids.</param>
    /// <param name="width">C, the length of a vector.</param>
    /// <param name="paddingIndex">An id whose vector is not trained, or -1.</param>
    /// <param name="initializer">How vectors begin; null as PyTorch has it.</param>
    public Embedding(ParameterScope scope, int entries, int width, int paddingIndex = -1, Initializer? initializer = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        Weight = scope.Add("weight", [entries, width], initializer ?? Initializer.Normal(1f));
        _paddingIndex = paddingIndex;
    }

    /// <summary>[V, C], which an output layer may share.</summary>
    public Parameter Weight { get; }

    /// <summary>ids [..] to vectors [.., C].</summary>
    public Tensor Forward(Tensor ids) => ids.Embedding(Weight, _paddingIndex);
}
