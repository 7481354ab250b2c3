namespace GpuSeq.Models;

/// <summary>
/// How well classes are told apart: a table of what was right and what was said instead, and the scores that follow from it
/// (van Rijsbergen 1979, chapter 7). Averages are over the classes (macro) or over all examples (micro).
/// </summary>
/// <param name="classes">The names of the classes.</param>
public sealed class ClassificationScores(IReadOnlyList<string> classes)
{
    private readonly int[,] _counts = new int[classes.Count, classes.Count];

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; } = classes;

    /// <summary>Examples that were counted.</summary>
    public int Examples { get; private set; }

    /// <summary>The examples of a class for which a class was said.</summary>
    public int this[int expected, int said] => _counts[expected, said];

    /// <summary>
    /// The share of examples for which the right class was said, which is the micro average of precision, recall and F1 too, as
    /// every example has one class; 0 where there are none.
    /// </summary>
    public double Accuracy => Share(Classes.Index().Sum(entry => _counts[entry.Index, entry.Index]), Examples);

    /// <summary>The mean of the classes' F1.</summary>
    public double MacroF1 => Classes.Count == 0 ? 0 : Classes.Index().Average(entry => F1(entry.Index));

    /// <summary>The table with a row for each right class, as shares of the row; rows without examples are 0.</summary>
    public double[,] Shares
    {
        get
        {
            var shares = new double[Classes.Count, Classes.Count];
            for (var row = 0; row < Classes.Count; row++)
            {
                for (var column = 0; column < Classes.Count; column++)
                    shares[row, column] = Share(_counts[row, column], Support(row));
            }
            return shares;
        }
    }

    /// <summary>Counts an example.</summary>
    /// <param name="expected">Its class.</param>
    /// <param name="said">The class that was said.</param>
    public void Add(int expected, int said)
    {
        _counts[expected, said]++;
        Examples++;
    }

    /// <summary>Examples of a class.</summary>
    public int Support(int of) => Enumerable.Range(0, Classes.Count).Sum(said => _counts[of, said]);

    /// <summary>Examples for which a class was said.</summary>
    public int Said(int of) => Enumerable.Range(0, Classes.Count).Sum(expected => _counts[expected, of]);

    /// <summary>The share of right ones where a class was said; 0 where it never was.</summary>
    public double Precision(int of) => Share(_counts[of, of], Said(of));

    /// <summary>The share of a class's examples for which it was said; 0 where there are none.</summary>
    public double Recall(int of) => Share(_counts[of, of], Support(of));

    /// <summary>The harmonic mean of precision and recall.</summary>
    public double F1(int of) => Share(2 * _counts[of, of], Support(of) + Said(of));

    /// <summary>Accuracy and macro F1 by name.</summary>
    public Dictionary<string, double> ToMetrics() => new() { ["accuracy"] = Accuracy, ["macro_f1"] = MacroF1 };

    /// <summary>Precision, recall and F1 of every class by name.</summary>
    public Dictionary<string, double> ByClass()
    {
        var metrics = new Dictionary<string, double>();
        foreach (var (index, name) in Classes.Index())
        {
            metrics[$"precision_{name}"] = Precision(index);
            metrics[$"recall_{name}"] = Recall(index);
            metrics[$"f1_{name}"] = F1(index);
        }
        return metrics;
    }

    private static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
}
