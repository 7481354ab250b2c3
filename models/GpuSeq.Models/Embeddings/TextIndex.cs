using Microsoft.Extensions.AI;

namespace GpuSeq.Models.Embeddings;

/// <summary>A text that lies near another.</summary>
/// <param name="Text">The text.</param>
/// <param name="Similarity">The cosine of the angle between the vectors, from -1 to 1.</param>
public sealed record SimilarText(string Text, double Similarity);

/// <summary>Texts with their vectors, to be searched.</summary>
public sealed class TextIndex
{
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly (string Text, float[] Vector)[] _texts;

    private TextIndex(IEmbeddingGenerator<string, Embedding<float>> generator, (string Text, float[] Vector)[] texts) =>
        (_generator, _texts) = (generator, texts);

    /// <summary>An index of texts.</summary>
    /// <param name="generator">What makes the vectors of the texts, and of what is searched for.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task<TextIndex> Of(
        IEmbeddingGenerator<string, Embedding<float>> generator, IReadOnlyList<string> texts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(texts);
        var embeddings = await generator.GenerateAsync(texts, cancellationToken: cancellation).ConfigureAwait(false);
        return new(generator, [.. texts.Zip(embeddings, (text, embedding) => (text, embedding.Vector.ToArray()))]);
    }

    /// <summary>The texts that lie nearest to others.</summary>
    /// <param name="queries">The others.</param>
    /// <param name="count">The most texts for each.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>For each of the others texts, the nearest first.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<SimilarText>>> Nearest(
        IReadOnlyList<string> queries, int count, CancellationToken cancellation = default)
    {
        var vectors = await _generator.GenerateAsync(queries, cancellationToken: cancellation).ConfigureAwait(false);
        return [.. vectors.Select(query => Nearest(query.Vector.ToArray(), count))];
    }

    private SimilarText[] Nearest(float[] query, int count) =>
    [
        .. _texts.Select(entry => new SimilarText(entry.Text, Cosine.Of(query, entry.Vector)))
            .OrderByDescending(near => near.Similarity).Take(count),
    ];
}
