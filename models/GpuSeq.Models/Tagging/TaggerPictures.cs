using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>What a person should see of a tagger.</summary>
internal static class TaggerPictures
{
    private const double SideOfCell = 34;
    private const double Margin = 130;

    /// <summary>The scores of each type, and which tags are mistaken for which.</summary>
    public static IEnumerable<Picture> Of(IMeasuredTagger tagger, IReadOnlyList<TaggedSentence> sentences)
    {
        var said = tagger.Tag([.. sentences.Select(sentence => sentence.Tokens)]);
        var confusion = new HeatMap(Confusion(tagger.Tags, sentences, said)) { NumberFormat = "0.00", Most = 1 };
        return
        [
            new("spans", Scores(TaggerEvaluator.Scores(sentences, said))),
            new("tags", Square(
                "Which tags are said", "Shares of each row: of the tokens with a tag, how many are said to have which.", tagger.Tags,
                "right tag", "tag that is said", confusion)),
        ];
    }

    /// <summary>What a conditional random field has learned.</summary>
    public static Picture Transitions(Crf crf, IReadOnlyList<string> tags)
    {
        var scores = crf.Transitions;
        var map = new HeatMap(scores) { NumberFormat = "0.0", Least = scores.Cast<double>().Min() };
        return new("transitions", Square(
            "From one tag to the next", "What the conditional random field adds to the score: the more, the more likely.", tags, "from",
            "to", map));
    }

    /// <summary>The scores of each type.</summary>
    public static Plot Scores(SpanScores scores)
    {
        string[] types = [.. scores.Types];
        return new(
            "Spans found", new Axis("type") { Categories = ["all", .. types] }, new Axis("share") { Includes = [0, 1] },
            [
                new Bars([scores.F1, .. types.Select(scores.F1Of)]) { Name = "F1" },
                new Bars([scores.Precision, .. types.Select(scores.PrecisionOf)]) { Name = "precision", Color = 1 },
                new Bars([scores.Recall, .. types.Select(scores.RecallOf)]) { Name = "recall", Color = 2 },
            ])
        {
            Width = Math.Max(480, 110 * (types.Length + 1)),
        };
    }

    private static Plot Square(string title, string note, IReadOnlyList<string> tags, string rows, string columns, HeatMap map) => new(
        title, new Axis(columns) { Categories = tags }, new Axis(rows) { Categories = tags }, [map])
    {
        Note = note,
        Width = Math.Max(480, Margin + 2 * SideOfCell * tags.Count),
        Height = Math.Max(300, Margin + SideOfCell * tags.Count),
    };

    private static double[,] Confusion(
        IReadOnlyList<string> tags, IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<IReadOnlyList<string>> said)
    {
        var table = new ClassificationScores(tags);
        var ids = tags.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        foreach (var (right, tag) in sentences.SelectMany(sentence => sentence.Tags).Zip(said.SelectMany(sentence => sentence)))
            table.Add(ids[right], ids[tag]);
        return table.Shares;
    }
}
