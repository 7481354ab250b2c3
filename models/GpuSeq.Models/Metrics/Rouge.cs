namespace GpuSeq.Models;

/// <summary>How many words summaries share with reference summaries: the means of F1 over the summaries, 0 to 100.</summary>
/// <param name="One">Of words (ROUGE-1).</param>
/// <param name="Two">Of pairs of words (ROUGE-2).</param>
/// <param name="Longest">Of the words of the longest common subsequence (ROUGE-L).</param>
public sealed record Rouge(double One, double Two, double Longest)
{
    /// <summary>
    /// ROUGE (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", sections 2 and 3.1) with F1, one reference for
    /// each summary, a whole summary as one sentence. Words are runs of letters and digits in small letters; they are not stemmed.
    /// </summary>
    /// <param name="summaries">As they are printed.</param>
    /// <param name="references">As many.</param>
    /// <exception cref="ArgumentException">They are not as many, or none.</exception>
    public static Rouge Of(IReadOnlyList<string> summaries, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(summaries);
        ArgumentNullException.ThrowIfNull(references);
        if (summaries.Count != references.Count || summaries.Count == 0)
            throw new ArgumentException($"ROUGE: {summaries.Count} summaries and {references.Count} references.", nameof(references));
        var pairs = summaries.Zip(references, (summary, reference) => (Summary: Words(summary), Reference: Words(reference))).ToArray();
        return new(Mean(1), Mean(2), 100 * pairs.Average(pair =>
            F1(CommonSubsequence(pair.Summary, pair.Reference), pair.Summary.Length, pair.Reference.Length)));

        double Mean(int order) => 100 * pairs.Average(pair =>
        {
            var (own, right) = (Sequences(pair.Summary, order), Sequences(pair.Reference, order));
            var counts = right.CountBy(sequence => sequence).ToDictionary();
            var common = own.CountBy(sequence => sequence).Sum(entry => Math.Min(entry.Value, counts.GetValueOrDefault(entry.Key)));
            return F1(common, own.Length, right.Length);
        });
    }

    private static double F1(int common, int own, int right) => common == 0 ? 0 : 2.0 * common / (own + right);

    private static string[] Words(string text)
    {
        var letters = text.ToLowerInvariant().Select(character => char.IsLetterOrDigit(character) ? character : ' ');
        return string.Concat(letters).Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] Sequences(string[] words, int order) =>
        [.. Enumerable.Range(0, Math.Max(0, words.Length - order + 1)).Select(begin => string.Join(' ', words, begin, order))];

    private static int CommonSubsequence(string[] one, string[] other)
    {
        var longest = new int[other.Length + 1]; // of the words of one so far and the first words of the other
        foreach (var word in one)
        {
            var diagonal = 0;
            for (var i = 1; i < longest.Length; i++)
                (diagonal, longest[i]) = (longest[i], word == other[i - 1] ? diagonal + 1 : Math.Max(longest[i], longest[i - 1]));
        }
        return longest[^1];
    }
}
