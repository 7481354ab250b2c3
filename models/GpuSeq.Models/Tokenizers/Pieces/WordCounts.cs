using System.Runtime.InteropServices;

namespace GpuSeq.Models;

/// <summary>How often words occur.</summary>
internal sealed class WordCounts
{
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public WordCounts() => _lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Each word with its count, in the order in which they were met.</summary>
    public IReadOnlyCollection<KeyValuePair<string, long>> Words => _counts;

    /// <summary>Counts a word.</summary>
    public void Add(ReadOnlySpan<char> word) => CollectionsMarshal.GetValueRefOrAddDefault(_lookup, word, out _)++;
}
