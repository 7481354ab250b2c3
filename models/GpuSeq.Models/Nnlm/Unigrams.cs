namespace GpuSeq.Models;

/// <summary>The language model that knows how often words occur, and nothing else: what others are held against.</summary>
internal sealed class Unigrams
{
    private readonly double[] _logarithms; // of the probability of each word

    /// <param name="words">The text that it learns from; every word counts once more (Laplace).</param>
    /// <param name="vocabulary">The number of words.</param>
    public Unigrams(IReadOnlyCollection<int> words, int vocabulary)
    {
        var counts = new long[vocabulary];
        foreach (var word in words)
            counts[word]++;
        _logarithms = [.. counts.Select(count => Math.Log((count + 1.0) / (words.Count + vocabulary)))];
    }

    /// <summary>The perplexity of a text.</summary>
    public double Perplexity(IEnumerable<int> words) => Math.Exp(-words.Average(word => _logarithms[word]));
}
