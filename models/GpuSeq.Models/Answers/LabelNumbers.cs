namespace GpuSeq.Models;

/// <summary>
/// The numbers of labels. Where there is none of the very name, capitals do not count; labels of the Hub's models that have no names
/// (<c>LABEL_0</c>, <c>LABEL_1</c>) are known by their numbers, too.
/// </summary>
/// <param name="labels">In the order of their numbers.</param>
internal sealed class LabelNumbers(IReadOnlyList<string> labels)
{
    private readonly Dictionary<string, int> _exact = NumbersOf(labels, StringComparer.Ordinal);
    private readonly Dictionary<string, int> _similar = NumbersOf(labels, StringComparer.OrdinalIgnoreCase);

    /// <summary>The number of a label.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public int Of(string label, string source) =>
        _exact.TryGetValue(label, out var number) || _similar.TryGetValue(label, out number)
            || _similar.TryGetValue($"LABEL_{label}", out number)
            ? number
            : throw new DataException(
                source, $"an example has the answer '{label}', which is none of the model's: {string.Join(", ", labels)}");

    private static Dictionary<string, int> NumbersOf(IReadOnlyList<string> labels, StringComparer comparer)
    {
        var numbers = new Dictionary<string, int>(comparer);
        foreach (var (number, label) in labels.Index())
            numbers.TryAdd(label, number);
        return numbers;
    }
}
