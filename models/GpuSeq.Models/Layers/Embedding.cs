using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>A table of vectors, one for each id, as <c>torch.nn.Embedding</c>.</summary>
public sealed class Embedding
{
    private readonly int _paddingIndex;

    /// <summary>A table of first values.</summary>
    /// <param name="scope">Where the parameter <c>weight</c> is added.</param>
    /// <param name="entries">V, the number of ids.</param>
    /// <param name="width">C, the length of a vector.</param>
    /// <param name="paddingIndex">An id whose vector is 0 and is not trained, or -1.</param>
    /// <param name="initializer">How the vectors begin; null as PyTorch has it, from the standard normal distribution.</param>
    public Embedding(ParameterScope scope, int entries, int width, int paddingIndex = -1, Initializer? initializer = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        initializer ??= Initializer.Normal(1f);
        Weight = scope.Add("weight", [entries, width], paddingIndex >= 0 ? initializer.WithZeroRow(paddingIndex) : initializer);
        _paddingIndex = paddingIndex;
    }

    /// <summary>[V, C], which an output layer may share.</summary>
    public Parameter Weight { get; }

    /// <summary>ids [..] to vectors [.., C].</summary>
    public Tensor Forward(Tensor ids) => ids.Embedding(Weight, _paddingIndex);
}
