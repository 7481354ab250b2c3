namespace GpuSeq.Models;

/// <summary>How well labels are found: those of words as spans, those of sentences as classes.</summary>
internal sealed class LabelScores(ElmoLabelConfig config)
{
    private readonly Dictionary<string, int> _numbers = config.Labels.Index().ToDictionary(entry => entry.Item, entry => entry.Index);

    public SpanScores Spans { get; } = new();

    public ClassificationScores Classes { get; } = new(config.Labels);

    public void Add(IReadOnlyList<string> expected, IReadOnlyList<string> said)
    {
        if (config.Unit == LabelUnit.Word)
            Spans.Add(expected, said);
        else
            Classes.Add(_numbers[expected[0]], _numbers[said[0]]);
    }

    public Dictionary<string, double> ToMetrics() => config.Unit == LabelUnit.Word ? Spans.ToMetrics() : Classes.ToMetrics();

    public Dictionary<string, double> ByClass() => config.Unit == LabelUnit.Word ? Spans.ByClass() : Classes.ByClass();
}
