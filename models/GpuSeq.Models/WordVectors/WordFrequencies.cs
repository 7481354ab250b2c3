namespace GpuSeq.Models;

/// <summary>How often words occur, and what training makes of it: which are left out, and which serve as noise.</summary>
/// <param name="counts">Of each word by its number.</param>
internal sealed class WordFrequencies(IReadOnlyList<long> counts)
{
    private const double NoisePower = 0.75; // Mikolov et al. 2013, "Distributed Representations ...", section 2.2

    private readonly double _total = counts.Sum();

    /// <summary>The frequencies of the words of a text.</summary>
    public static WordFrequencies Of(IEnumerable<int[]> paragraphs, int vocabulary)
    {
        var counts = new long[vocabulary];
        foreach (var paragraph in paragraphs)
        {
            foreach (var id in paragraph)
                counts[id]++;
        }
        return new(counts);
    }

    /// <summary>
    /// How likely an occurrence of a word is kept: sqrt(t / f), at most 1 (the same, section 2.3, equation 5).
    /// </summary>
    /// <param name="id">The word.</param>
    /// <param name="threshold">t; 0 keeps all.</param>
    public double KeepProbability(int id, double threshold) =>
        threshold == 0 || counts[id] == 0 ? 1 : Math.Min(1, Math.Sqrt(threshold * _total / counts[id]));

    /// <summary>How likely a word of noise is each word: as its count to the power of 3/4.</summary>
    public double[] NoiseProbabilities()
    {
        var powers = counts.Select(count => Math.Pow(count, NoisePower)).ToArray();
        var sum = powers.Sum();
        return [.. powers.Select(power => power / sum)];
    }
}
