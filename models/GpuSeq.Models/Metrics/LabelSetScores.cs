namespace GpuSeq.Models;

/// <summary>
/// How well sets of labels are told, where an example may have several or none: averages of the labels' F1 (macro), and F1 of all
/// labels of all examples together (micro; Tsoumakas and Katakis 2007, section 4).
/// </summary>
/// <param name="labels">The names of the labels.</param>
public sealed class LabelSetScores(IReadOnlyList<string> labels)
{
    private readonly int[] _right = new int[labels.Count];
    private readonly int[] _expected = new int[labels.Count];
    private readonly int[] _said = new int[labels.Count];
    private int _rightSets;

    /// <summary>The names of the labels.</summary>
    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>Examples that were counted.</summary>
    public int Examples { get; private set; }

    /// <summary>The share of examples whose labels are all told and no other; 0 where there are none.</summary>
    public double ExactMatch => Share(_rightSets, Examples);

    /// <summary>F1 of all labels of all examples.</summary>
    public double MicroF1 => Share(2.0 * _right.Sum(), _expected.Sum() + _said.Sum());

    /// <summary>The mean of the labels' F1.</summary>
    public double MacroF1 => Labels.Index().Average(label => F1(label.Index));

    /// <summary>Counts an example.</summary>
    /// <param name="expected">Whether it has each of the labels.</param>
    /// <param name="said">Whether each was said.</param>
    /// <exception cref="ArgumentException">There are more or fewer than there are labels.</exception>
    public void Add(IReadOnlyList<bool> expected, IReadOnlyList<bool> said)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(said);
        if (expected.Count != Labels.Count || said.Count != Labels.Count)
            throw new ArgumentException($"LabelSetScores: {expected.Count} and {said.Count} for {Labels.Count} labels.", nameof(said));
        for (var label = 0; label < Labels.Count; label++)
        {
            _expected[label] += expected[label] ? 1 : 0;
            _said[label] += said[label] ? 1 : 0;
            _right[label] += expected[label] && said[label] ? 1 : 0;
        }
        _rightSets += expected.SequenceEqual(said) ? 1 : 0;
        Examples++;
    }

    /// <summary>The harmonic mean of a label's precision and recall; 0 where it neither is nor is said.</summary>
    public double F1(int label) => Share(2.0 * _right[label], _expected[label] + _said[label]);

    /// <summary>Micro F1, macro F1 and the share of examples that are right as a whole, by name.</summary>
    public Dictionary<string, double> ToMetrics() =>
        new() { ["micro_f1"] = MicroF1, ["macro_f1"] = MacroF1, ["exact_match"] = ExactMatch };

    /// <summary>F1 of every label by name.</summary>
    public Dictionary<string, double> ByClass() => Labels.Index().ToDictionary(label => $"f1_{label.Item}", label => F1(label.Index));

    private static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
}
