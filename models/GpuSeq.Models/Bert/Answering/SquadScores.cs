namespace GpuSeq.Models;

/// <summary>
/// Exact match and F1 of answers, 0 to 100, as <c>evaluate-v1.1.py</c> computes them and, where questions may have no answer,
/// <c>evaluate-v2.0.py</c>.
/// </summary>
/// <param name="isVersion2">Whether questions may have no answer.</param>
public sealed class SquadScores(bool isVersion2)
{
    private readonly List<Entry> _entries = [];

    private readonly record struct Entry(bool HasAnswer, bool IsAnswered, double ExactMatch, double F1, double NullDifference)
    {
        // What it scores where a question whose null difference is above the threshold counts as not answered.
        public double At(double threshold, double score) => !(NullDifference > threshold) ? score : HasAnswer ? 0 : 1;
    }

    /// <summary>The questions that were answered.</summary>
    public int Count => _entries.Count;

    /// <summary>
    /// The threshold of the null difference at which F1 is highest; below all differences where it is best to answer nothing.
    /// </summary>
    public double BestThreshold => Best(entry => entry.F1).Threshold;

    /// <summary>Adds an answer.</summary>
    /// <param name="references">The right answers; none where the context does not answer the question.</param>
    /// <param name="answer">The best answer; empty for none.</param>
    /// <param name="nullDifference">By how much the score of no answer is above that of this one.</param>
    public void Add(IEnumerable<string> references, string answer, double nullDifference)
    {
        ArgumentNullException.ThrowIfNull(references);
        ArgumentNullException.ThrowIfNull(answer);
        string[] right = [.. references];
        var hasAnswer = right.Length > 0;
        if (isVersion2)
            right = [.. right.Where(reference => SquadText.Words(reference).Length > 0).DefaultIfEmpty("")];
        _entries.Add(new(
            hasAnswer, answer.Length > 0, right.Max(reference => ExactMatch(answer, reference)),
            right.Max(reference => F1(answer, reference)), nullDifference));
    }

    /// <summary>The measures by name, percentages.</summary>
    /// <param name="threshold">A question whose null difference is above it counts as not answered; null where all are answered.</param>
    public IReadOnlyDictionary<string, double> ToMetrics(double? threshold)
    {
        var metrics = new Dictionary<string, double>();
        var limit = threshold ?? double.PositiveInfinity;
        AddMeans("", _ => true);
        if (isVersion2)
        {
            AddMeans("has_answer_", entry => entry.HasAnswer);
            AddMeans("no_answer_", entry => !entry.HasAnswer);
            (metrics["best_exact_match"], metrics["best_exact_match_threshold"]) = Best(entry => entry.ExactMatch);
            (metrics["best_f1"], metrics["best_f1_threshold"]) = Best(entry => entry.F1);
        }
        return metrics;

        void AddMeans(string prefix, Func<Entry, bool> isCounted)
        {
            Entry[] counted = [.. _entries.Where(isCounted)];
            if (counted.Length == 0)
                return;
            metrics[$"{prefix}exact_match"] = 100 * counted.Average(entry => entry.At(limit, entry.ExactMatch));
            metrics[$"{prefix}f1"] = 100 * counted.Average(entry => entry.At(limit, entry.F1));
        }
    }

    // find_best_thresh of evaluate-v2.0.py: beginning with no answers, questions are answered in the order of their differences.
    private (double Score, double Threshold) Best(Func<Entry, double> score)
    {
        var sum = (double)_entries.Count(entry => !entry.HasAnswer);
        var best = (Sum: sum, Threshold: _entries.Select(entry => entry.NullDifference).DefaultIfEmpty().Min() - 1);
        foreach (var entry in _entries.OrderBy(entry => entry.NullDifference))
        {
            sum += entry.HasAnswer ? score(entry) : entry.IsAnswered ? -1 : 0;
            if (sum > best.Sum)
                best = (sum, entry.NullDifference);
        }
        return (100 * best.Sum / Math.Max(1, _entries.Count), best.Threshold);
    }

    private static double ExactMatch(string answer, string reference) =>
        SquadText.Words(answer).AsSpan().SequenceEqual(SquadText.Words(reference)) ? 1 : 0;

    private double F1(string answer, string reference)
    {
        var (words, right) = (SquadText.Words(answer), SquadText.Words(reference));
        if (isVersion2 && (words.Length == 0 || right.Length == 0))
            return words.Length == right.Length ? 1 : 0;
        var counts = right.CountBy(word => word).ToDictionary();
        var common = words.CountBy(word => word).Sum(entry => Math.Min(entry.Value, counts.GetValueOrDefault(entry.Key)));
        return common == 0 ? 0 : 2.0 * common / (words.Length + right.Length);
    }
}
