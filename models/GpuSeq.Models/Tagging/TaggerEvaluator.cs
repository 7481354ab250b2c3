using System.Diagnostics;

namespace GpuSeq.Models;

/// <summary>Measures a tagger by the spans that it finds.</summary>
internal static class TaggerEvaluator
{
    /// <summary>Measures a tagger on files, and disposes it.</summary>
    /// <exception cref="DataException">They cannot be read, or hold tags that the model does not have.</exception>
    public static Evaluation OfFiles(IMeasuredTagger tagger, string data, CancellationToken cancellation)
    {
        using (tagger)
        {
            var sentences = TaggedCorpus.ReadAll(data);
            TaggedCorpus.CheckTags(sentences, tagger.Tags, data);
            return Evaluate(tagger, sentences, cancellation);
        }
    }

    /// <summary>Measures a model as it is now.</summary>
    public static Evaluation Evaluate(IMeasuredTagger tagger, IReadOnlyList<TaggedSentence> sentences, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (loss, said) = tagger.Measure(sentences, cancellation);
        var scores = Scores(sentences, said);
        return new(loss, scores.ToMetrics(), sentences.Count, clock.Elapsed.TotalSeconds) { ByClass = scores.ByClass() };
    }

    /// <summary>How well spans were found.</summary>
    public static SpanScores Scores(IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<IReadOnlyList<string>> said)
    {
        var scores = new SpanScores();
        foreach (var (sentence, tags) in sentences.Zip(said))
            scores.Add(sentence.Tags, tags);
        return scores;
    }
}
