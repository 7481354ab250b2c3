using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Shows what a tagger makes of a few sentences.</summary>
internal static class TaggerSamples
{
    private const int MostSamples = 8;

    /// <summary>The first sentences that have spans.</summary>
    /// <param name="step">Steps that were made.</param>
    /// <param name="tagger">The tagger.</param>
    /// <param name="sentences">The sentences.</param>
    public static IEnumerable<Sample> Of(int step, ITagger tagger, IReadOnlyList<TaggedSentence> sentences)
    {
        var chosen = sentences.Where(sentence => TagSpan.Of(sentence.Tags).Count > 0).Take(MostSamples).ToArray();
        return chosen.Zip(tagger.Tag([.. chosen.Select(sentence => sentence.Tokens)])).Select(pair => new Sample(
            step, string.Join(' ', pair.First.Tokens), Marked(pair.First.Tokens, pair.Second), Marked(pair.First.Tokens, pair.First.Tags)));
    }

    // The sentence with its spans in brackets, each with its type behind it.
    private static string Marked(IReadOnlyList<string> tokens, IReadOnlyList<string> tags)
    {
        var words = tokens.ToArray();
        foreach (var span in TagSpan.Of(tags))
        {
            words[span.Begin] = $"[{words[span.Begin]}";
            words[span.End - 1] += $"]{span.Type}";
        }
        return string.Join(' ', words);
    }
}
