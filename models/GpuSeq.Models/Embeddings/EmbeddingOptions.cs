namespace GpuSeq.Models.Embeddings;

/// <summary>
/// How texts become vectors. What is left out is as the folder of the model says, see <see cref="SentenceTransformerFiles"/>.
/// </summary>
public sealed record EmbeddingOptions
{
    /// <summary>How hidden states become one vector; the mean where the folder does not say.</summary>
    public EmbeddingPooling? Pooling { get; init; }

    /// <summary>Whether vectors get the length 1; not where the folder does not say.</summary>
    public bool? Normalizes { get; init; }

    /// <summary>The most tokens of a text; the rest is cut off. As many as the model has places where the folder does not say.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The same with other options in the place of those that are left out.</summary>
    internal EmbeddingOptions Or(EmbeddingOptions others) => new()
    {
        Pooling = Pooling ?? others.Pooling,
        Normalizes = Normalizes ?? others.Normalizes,
        MaxLength = MaxLength ?? others.MaxLength,
    };
}
