namespace GpuSeq.Models;

/// <summary>How often a model's likeliest answer was right.</summary>
/// <param name="Shots">The examples that were shown.</param>
/// <param name="Accuracy">The share of right ones where the sum of the log-likelihoods counts.</param>
/// <param name="AccuracyPerToken">The share of right ones where their mean counts.</param>
/// <param name="MacroF1">The mean of the answers' F1 where the sum counts.</param>
/// <param name="Examples">The texts that were answered.</param>
/// <param name="Cut">How many of the prompts lost their beginning, because the context had no room for it.</param>
public sealed record PromptMeasure(int Shots, double Accuracy, double AccuracyPerToken, double MacroF1, int Examples, int Cut);

/// <summary>
/// Asks a language model that was not trained for a task: with no example, one or a few, which are drawn for each text anew
/// (Brown et al. 2020, sections 2 and 2.4).
/// </summary>
/// <param name="ranker">The model.</param>
/// <param name="template">How it is asked.</param>
/// <param name="candidates">The answers that it chooses from.</param>
/// <param name="examples">What examples are drawn from.</param>
/// <param name="seed">Of the draws.</param>
public sealed class PromptStudy(
    AnswerRanker ranker, PromptTemplate template, IReadOnlyList<string> candidates, IReadOnlyList<LabelledText> examples, ulong seed)
{
    private readonly string[] _continuations = [.. candidates.Select(template.Continuation)];

    /// <summary>The answers that the model chooses from.</summary>
    public IReadOnlyList<string> Candidates => candidates;

    /// <summary>The prompt for a text. More examples begin with those of which there are fewer; the text is never among them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">Its number, which has a part in what is drawn.</param>
    /// <param name="shots">How many examples are shown.</param>
    /// <exception cref="DataException">There are fewer.</exception>
    public string Prompt(string text, int place, int shots)
    {
        var random = new SplitMix64(seed ^ SplitMix64.Mix((ulong)place + 1));
        LabelledText[] others = shots == 0 ? [] : [.. examples.Where(example => example.Text != text)];
        if (others.Length < shots)
            throw new DataException("the examples", $"there are {others.Length}, too few to show {shots}");
        random.Shuffle(others.AsSpan());
        return template.Prompt(others[..shots], text);
    }

    /// <summary>Ranks the candidates for a text.</summary>
    /// <inheritdoc cref="Prompt"/>
    public Ranking Ask(string text, int place, int shots) => ranker.Rank(Prompt(text, place, shots), candidates, _continuations);

    /// <summary>Measures how often the likeliest candidate is the right one.</summary>
    /// <param name="data">Texts with their answers.</param>
    /// <param name="shots">How many examples are shown.</param>
    /// <param name="source">Where the texts come from, for messages.</param>
    /// <exception cref="DataException">One has an answer that is no candidate, or there are too few examples.</exception>
    public PromptMeasure Measure(IReadOnlyList<LabelledText> data, int shots, string source)
    {
        ArgumentNullException.ThrowIfNull(data);
        var (scores, perToken, cut) = (new ClassificationScores(candidates), 0, 0);
        foreach (var (place, text) in data.Index())
        {
            var expected = candidates.Index().Where(candidate => candidate.Item == text.Label).Select(candidate => candidate.Index).ToArray();
            if (expected.Length == 0)
                throw new DataException(source, $"a text has the label '{text.Label}', which is no candidate: {string.Join(", ", candidates)}");
            var ranking = Ask(text.Text, place, shots);
            scores.Add(expected[0], ranking.Best);
            perToken += ranking.BestPerToken == expected[0] ? 1 : 0;
            cut += ranking.CutTokens > 0 ? 1 : 0;
        }
        return new(shots, scores.Accuracy, (double)perToken / Math.Max(1, data.Count), scores.MacroF1, data.Count, cut);
    }
}
