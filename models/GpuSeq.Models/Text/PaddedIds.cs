using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Sequences of different lengths side by side. The width is rounded up, so that few shapes occur and their steps are
/// recorded once and replayed.
/// </summary>
public static class PaddedIds
{
    /// <summary>The numbers that widths are multiples of.</summary>
    public const int Quantum = 8;

    /// <summary>The width of a batch whose longest sequence has a length.</summary>
    public static int Width(int longest) => Math.Max(1, (longest + Quantum - 1) / Quantum) * Quantum;

    /// <summary>Writes sequences as rows of a tensor, filled up with padding.</summary>
    /// <param name="sequences">B of them.</param>
    /// <param name="ids">Becomes [B, width].</param>
    /// <param name="padding">What rows are filled up with.</param>
    /// <param name="width">At least the longest length; 0 to take it from the sequences.</param>
    public static void Write(IReadOnlyList<int[]> sequences, HostTensor ids, int padding = Vocabulary.PaddingId, int width = 0)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(ids);
        if (width == 0)
            width = Width(sequences.Max(sequence => sequence.Length));
        ids.Resize([sequences.Count, width]);
        var values = ids.Ints;
        values.Fill(padding);
        foreach (var (row, sequence) in sequences.Index())
            sequence.CopyTo(values[(row * width)..]);
    }

    /// <summary>Writes the lengths of sequences.</summary>
    /// <param name="sequences">B of them.</param>
    /// <param name="lengths">Becomes [B].</param>
    public static void WriteLengths(IReadOnlyList<int[]> sequences, HostTensor lengths)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(lengths);
        lengths.Resize([sequences.Count]);
        foreach (var (row, sequence) in sequences.Index())
            lengths.Ints[row] = sequence.Length;
    }
}
