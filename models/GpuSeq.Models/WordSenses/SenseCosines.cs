namespace GpuSeq.Models;

/// <summary>How alike the vectors of a word are where it has the same sense, and where it has others.</summary>
/// <param name="Same">The mean cosine of two occurrences of one sense.</param>
/// <param name="Other">The mean cosine of two occurrences of different senses.</param>
/// <param name="Nearest">
/// The share of the occurrences whose nearest other one has the same sense; of several that are equally near, the share of them.
/// </param>
public sealed record SenseCosines(double Same, double Other, double Nearest)
{
    private const double Equal = 1e-9; // cosines of one vector with itself differ by rounding

    /// <summary>Compares occurrences of a word.</summary>
    /// <param name="vectors">A vector for each; of any length.</param>
    /// <param name="senses">What the word means there; at least two senses with two occurrences each.</param>
    public static SenseCosines Of(IReadOnlyList<float[]> vectors, IReadOnlyList<string> senses)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(senses);
        var (same, other, nearest) = (new List<double>(), new List<double>(), 0.0);
        for (var i = 0; i < vectors.Count; i++)
        {
            var (best, ties, right) = (double.NegativeInfinity, 0, 0);
            for (var j = 0; j < vectors.Count; j++)
            {
                if (j == i)
                    continue;
                var (cosine, isSame) = (Cosine.Of(vectors[i], vectors[j]), senses[i] == senses[j]);
                (isSame ? same : other).Add(cosine);
                if (cosine > best + Equal)
                    (best, ties, right) = (cosine, 0, 0);
                if (cosine >= best - Equal)
                    (ties, right) = (ties + 1, right + (isSame ? 1 : 0));
            }
            nearest += (double)right / ties;
        }
        return new(same.Average(), other.Average(), nearest / vectors.Count);
    }
}
