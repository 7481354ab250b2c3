using System.Text;
using System.Text.RegularExpressions;

namespace GpuSeq.Models;

/// <summary>How much of translations is found in reference translations, word sequences of one to four words at a time.</summary>
/// <param name="Score">0 to 100: the geometric mean of the precisions times the brevity penalty.</param>
/// <param name="Precisions">Of sequences of one, two, three and four words, 0 to 100.</param>
/// <param name="BrevityPenalty">1, or less where the translations are shorter than the references.</param>
public sealed partial record Bleu(double Score, IReadOnlyList<double> Precisions, double BrevityPenalty)
{
    private const int MaxOrder = 4;

    /// <summary>
    /// Corpus BLEU (Papineni et al. 2002) as sacreBLEU computes it (Post 2018): case counts, words by the tokenizer 13a, precisions
    /// without a match smoothed exponentially (Chen and Cherry 2014, method 3), one reference for each translation.
    /// </summary>
    /// <param name="translations">As they are printed.</param>
    /// <param name="references">As many.</param>
    /// <exception cref="ArgumentException">They are not as many.</exception>
    public static Bleu Of(IReadOnlyList<string> translations, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(translations);
        ArgumentNullException.ThrowIfNull(references);
        if (translations.Count != references.Count)
            throw new ArgumentException($"BLEU: {translations.Count} translations and {references.Count} references.", nameof(references));
        var (matches, totals) = (new long[MaxOrder], new long[MaxOrder]);
        var (length, referenceLength) = (0L, 0L);
        foreach (var (translation, reference) in translations.Zip(references))
        {
            var (words, right) = (Tokenize(translation), Tokenize(reference));
            (length, referenceLength) = (length + words.Length, referenceLength + right.Length);
            for (var order = 1; order <= MaxOrder; order++)
            {
                totals[order - 1] += Math.Max(0, words.Length - order + 1);
                matches[order - 1] += Matches(words, right, order);
            }
        }
        return Of(matches, totals, length, referenceLength);
    }

    /// <summary>The words of a line, as the tokenizer 13a of WMT's evaluations cuts them.</summary>
    internal static string[] Tokenize(string line)
    {
        var text = new StringBuilder(line.TrimEnd()).Replace("<skipped>", "").Replace("-\n", "").Replace('\n', ' ')
            .Replace("&quot;", "\"").Replace("&amp;", "&").Replace("&lt;", "<").Replace("&gt;", ">").ToString();
        text = Sign().Replace($" {text} ", " $0 ");
        text = PointBehindNoDigit().Replace(text, "$1 $2 ");
        text = PointBeforeNoDigit().Replace(text, " $1 $2");
        text = DashBehindDigit().Replace(text, "$1 $2 ");
        return text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    private static Bleu Of(long[] matches, long[] totals, long length, long referenceLength)
    {
        var penalty = length >= referenceLength ? 1 : length == 0 ? 0 : Math.Exp(1 - (double)referenceLength / length);
        var precisions = new double[MaxOrder];
        if (matches.All(count => count == 0))
            return new(0, precisions, penalty);
        var smoothing = 1.0;
        for (var i = 0; i < MaxOrder && totals[i] > 0; i++)
            precisions[i] = 100.0 / totals[i] * (matches[i] > 0 ? matches[i] : 1 / (smoothing *= 2));
        // An order that no translation is long enough for has precision 0, and the score with it.
        var score = precisions.All(precision => precision > 0) ? penalty * Math.Exp(precisions.Average(Math.Log)) : 0;
        return new(score, precisions, penalty);
    }

    // Sequences of the translation that the reference has too, each as often as the reference has it at most.
    private static long Matches(string[] words, string[] reference, int order)
    {
        var counts = Sequences(reference, order).GroupBy(sequence => sequence).ToDictionary(group => group.Key, group => group.Count());
        return Sequences(words, order).GroupBy(sequence => sequence)
            .Sum(group => Math.Min(group.Count(), counts.GetValueOrDefault(group.Key)));
    }

    private static IEnumerable<string> Sequences(string[] words, int order) =>
        Enumerable.Range(0, Math.Max(0, words.Length - order + 1)).Select(begin => string.Join(' ', words, begin, order));

    // Signs of ASCII but for apostrophe, comma, hyphen and point.
    [GeneratedRegex(@"[\{-~\[-` -&\(-\+:-@/]")]
    private static partial Regex Sign();

    [GeneratedRegex(@"([^0-9])([\.,])")]
    private static partial Regex PointBehindNoDigit();

    [GeneratedRegex(@"([\.,])([^0-9])")]
    private static partial Regex PointBeforeNoDigit();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex DashBehindDigit();
}
