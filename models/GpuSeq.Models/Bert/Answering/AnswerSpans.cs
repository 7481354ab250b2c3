namespace GpuSeq.Models;

/// <summary>A part of a context that may be an answer.</summary>
/// <param name="Start">Where it begins, in UTF-16 units.</param>
/// <param name="End">Where it ends, exclusively.</param>
/// <param name="Score">The start logit of its first piece and the end logit of its last, added.</param>
internal readonly record struct AnswerSpan(int Start, int End, double Score);

/// <summary>The best parts of a context over all windows of a question, and what speaks for there being none.</summary>
internal sealed class AnswerSpans
{
    private readonly int _most;
    private readonly int _maxLength;
    private readonly Dictionary<(int Start, int End), double> _found = [];
    private double _least = double.NegativeInfinity; // what a span must score to be among the best

    /// <param name="most">How many of the best are kept.</param>
    /// <param name="maxLength">The most pieces of an answer.</param>
    public AnswerSpans(int most, int maxLength) => (_most, _maxLength) = (most, maxLength);

    /// <summary>The start and end logits of [CLS], added: the least of all windows, since an answer in one of them is enough.</summary>
    public double NullScore { get; private set; } = double.PositiveInfinity;

    /// <summary>The best ones, the best first; none where no window holds a part of the context.</summary>
    public IReadOnlyList<AnswerSpan> Best =>
    [
        .. _found.Select(entry => new AnswerSpan(entry.Key.Start, entry.Key.End, entry.Value))
            .OrderByDescending(span => span.Score).ThenBy(span => span.Start),
    ];

    /// <summary>By how much the score of no answer is above that of the best span.</summary>
    public double NullDifference => NullScore - _found.Values.DefaultIfEmpty(double.NegativeInfinity).Max();

    /// <summary>The best part of a context; empty where there is none.</summary>
    public string TextOf(string context) => Best is [var best, ..] ? context[best.Start..best.End].Trim() : "";

    /// <summary>Looks at a window.</summary>
    /// <param name="window">The window.</param>
    /// <param name="starts">The start logit of each of its pieces.</param>
    /// <param name="ends">The end logit of each of its pieces.</param>
    public void Add(AnswerWindow window, float[] starts, float[] ends)
    {
        NullScore = Math.Min(NullScore, (double)starts[AnswerWindow.None] + ends[AnswerWindow.None]);
        var offsets = window.Text.Offsets;
        for (var first = 0; first < offsets.Length; first++)
        {
            for (var last = first; last < Math.Min(offsets.Length, first + _maxLength) && window.IsContext(last); last++)
            {
                var score = (double)starts[first] + ends[last];
                if (score > _least && window.IsContext(first) && offsets[last].End > offsets[first].Start)
                    Keep((offsets[first].Start, offsets[last].End), score);
            }
        }
    }

    private void Keep((int Start, int End) span, double score)
    {
        if (_found.TryGetValue(span, out var known))
        {
            _found[span] = Math.Max(known, score); // seen in a window before
            return;
        }
        _found[span] = score;
        if (_found.Count > _most)
            _found.Remove(_found.MinBy(entry => entry.Value).Key);
        if (_found.Count == _most)
            _least = _found.Min(entry => entry.Value);
    }
}
