using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>The different words of a batch, so that each is encoded once however often it stands there.</summary>
/// <param name="characters">How words are written.</param>
internal sealed class DistinctWords(WordCharacters characters)
{
    private const int Quantum = 64; // their number is rounded up, so that few shapes occur

    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    /// <summary>Begins a new batch.</summary>
    public void Clear() => _rows.Clear();

    /// <summary>The row of a word.</summary>
    public int RowOf(string word)
    {
        if (!_rows.TryGetValue(word, out var row))
            _rows.Add(word, row = _rows.Count);
        return row;
    }

    /// <summary>Writes the words.</summary>
    /// <param name="ids">Becomes [N, L].</param>
    public void Write(HostTensor ids)
    {
        var length = characters.Length;
        ids.Resize([(_rows.Count + Quantum - 1) / Quantum * Quantum, length]);
        var rows = ids.Ints;
        rows.Clear();
        foreach (var (word, row) in _rows)
            characters.Write(word, rows.Slice(row * length, length));
    }
}
