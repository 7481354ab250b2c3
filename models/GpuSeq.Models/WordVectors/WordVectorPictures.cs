using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>Maps of the most frequent words.</summary>
public static class WordVectorPictures
{
    private const int MostWords = 200;
    private const int LeastWords = 5;

    /// <summary>Pictures of vectors of length 1: principal components, and t-SNE.</summary>
    /// <param name="vectors">The most frequent words first.</param>
    /// <param name="isShown">Which words to show; null for all.</param>
    public static IEnumerable<Picture> Of(WordVectorTable vectors, Func<string, bool>? isShown = null)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        int[] places =
        [
            .. Enumerable.Range(0, vectors.Words.Count).Where(place => isShown?.Invoke(vectors.Words[place]) ?? true).Take(MostWords),
        ];
        if (places.Length < LeastWords || vectors.Size < 2)
            yield break;
        string[] words = [.. places.Select(place => vectors.Words[place])];
        double[][] points = [.. places.Select(place => vectors.Unit(place).ToArray().Select(value => (double)value).ToArray())];
        yield return new("words-pca", Map($"Principal components of the {words.Length} most frequent words", words, PrincipalComponents.Project(points)));
        yield return new("words-tsne", Map($"t-SNE of the {words.Length} most frequent words", words, new Tsne().Project(points)));
    }

    private static Plot Map(string title, string[] words, double[][] places) =>
        new(title, new("first axis"), new("second axis"),
        [
            new Points([.. places.Select(place => place[0])], [.. places.Select(place => place[1])])
            {
                Radius = 2,
                Labels = words,
                ShowsLabels = true,
            },
        ])
        {
            Width = 960,
            Height = 720,
        };
}
