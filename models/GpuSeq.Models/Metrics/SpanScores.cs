namespace GpuSeq.Models;

/// <summary>
/// How well spans, such as names, are found, as <c>conlleval</c> of the CoNLL-2000 task counts them: a span is right where its
/// first token, its last one and its type are.
/// </summary>
public sealed class SpanScores
{
    private readonly SortedDictionary<string, Counts> _types = new(StringComparer.Ordinal);
    private readonly Counts _all = new();
    private int _rightTokens;

    /// <summary>Tokens that were counted.</summary>
    public int Tokens { get; private set; }

    /// <summary>Sentences that were counted.</summary>
    public int Sentences { get; private set; }

    /// <summary>The types of the spans that were expected or said, in alphabetical order.</summary>
    public IReadOnlyCollection<string> Types => _types.Keys;

    /// <summary>The share of tokens whose tag is right; 0 where there are none.</summary>
    public double Accuracy => Counts.Share(_rightTokens, Tokens);

    /// <summary>The share of right ones among the spans that were said; 0 where there are none.</summary>
    public double Precision => _all.Precision;

    /// <summary>The share of the expected spans that were said; 0 where there are none.</summary>
    public double Recall => _all.Recall;

    /// <summary>The harmonic mean of precision and recall.</summary>
    public double F1 => _all.F1;

    /// <summary>Counts a sentence.</summary>
    /// <param name="expected">The right tag of each token.</param>
    /// <param name="said">The tag that was said for each.</param>
    /// <exception cref="ArgumentException">There are more tags of one than of the other.</exception>
    /// <exception cref="FormatException">A tag is none.</exception>
    public void Add(IReadOnlyList<string> expected, IReadOnlyList<string> said)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(said);
        if (expected.Count != said.Count)
            throw new ArgumentException($"SpanScores: {said.Count} tags for {expected.Count} tokens.", nameof(said));
        Sentences++;
        Tokens += expected.Count;
        _rightTokens += expected.Zip(said).Count(pair => pair.First == pair.Second);
        var right = TagSpan.Of(expected).ToHashSet();
        foreach (var span in right)
            Count(span.Type, counts => counts.Expected++);
        foreach (var span in TagSpan.Of(said))
        {
            Count(span.Type, counts => counts.Said++);
            if (right.Contains(span))
                Count(span.Type, counts => counts.Right++);
        }
    }

    /// <summary>The expected spans of a type.</summary>
    public int Support(string type) => Of(type).Expected;

    /// <summary>The share of right ones among the spans that were said to be of a type; 0 where there are none.</summary>
    public double PrecisionOf(string type) => Of(type).Precision;

    /// <summary>The share of a type's expected spans that were said; 0 where there are none.</summary>
    public double RecallOf(string type) => Of(type).Recall;

    /// <summary>The harmonic mean of a type's precision and recall.</summary>
    public double F1Of(string type) => Of(type).F1;

    /// <summary>F1, precision, recall and accuracy by name.</summary>
    public Dictionary<string, double> ToMetrics() =>
        new() { ["f1"] = F1, ["precision"] = Precision, ["recall"] = Recall, ["accuracy"] = Accuracy };

    /// <summary>F1, precision and recall of every type by name.</summary>
    public Dictionary<string, double> ByClass()
    {
        var metrics = new Dictionary<string, double>();
        foreach (var (type, counts) in _types)
        {
            metrics[$"precision_{type}"] = counts.Precision;
            metrics[$"recall_{type}"] = counts.Recall;
            metrics[$"f1_{type}"] = counts.F1;
        }
        return metrics;
    }

    private Counts Of(string type) => _types.GetValueOrDefault(type) ?? new();

    private void Count(string type, Action<Counts> count)
    {
        if (!_types.TryGetValue(type, out var counts))
            _types[type] = counts = new();
        count(counts);
        count(_all);
    }

    private sealed class Counts
    {
        public int Expected { get; set; }

        public int Said { get; set; }

        public int Right { get; set; }

        public double Precision => Share(Right, Said);

        public double Recall => Share(Right, Expected);

        public double F1 => Share(2 * Right, Expected + Said);

        public static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
    }
}
