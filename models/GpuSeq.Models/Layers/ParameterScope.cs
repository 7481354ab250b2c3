using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Where a layer adds its parameters: a set, and the prefix that their names get, as PyTorch's modules have it.</summary>
/// <param name="Parameters">The set.</param>
/// <param name="Prefix">As in <c>rnn</c>; empty at the top.</param>
public sealed record ParameterScope(ParameterSet Parameters, string Prefix = "")
{
    /// <summary>
    /// Whether parameters of more than one dimension begin as Glorot and Bengio have it, whatever their layer asks for, as those of
    /// <c>torch.nn.Transformer</c> do.
    /// </summary>
    public bool DrawsMatricesByGlorot { get; init; }

    /// <summary>The scope of a part.</summary>
    public ParameterScope this[string part] => this with { Prefix = Name(part) };

    /// <summary>Adds a parameter.</summary>
    public Parameter Add(string name, Shape shape, Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Parameters.Add(
            Name(name), shape, DrawsMatricesByGlorot && shape.Rank > 1 ? Initializer.Glorot(shape[1], shape[0]) : initializer);
    }

    private string Name(string part) => Prefix.Length == 0 ? part : $"{Prefix}.{part}";
}
