using System.Collections.Concurrent;

namespace GpuSeq.Models;

/// <summary>Remembers the pieces of words: those of most texts are found there. Offsets and words count from 0.</summary>
/// <param name="encode">Finds the pieces of a word.</param>
internal sealed class PieceCache(Func<ReadOnlySpan<char>, Piece[]> encode)
{
    private const int MostWords = 1 << 16;
    private const int LongestWord = 64;

    private readonly ConcurrentDictionary<string, Piece[]> _words = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The pieces of a word.</summary>
    public Piece[] Of(ReadOnlySpan<char> word)
    {
        var known = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(word, out var pieces))
            return pieces;
        pieces = encode(word);
        if (word.Length <= LongestWord && _count < MostWords && known.TryAdd(word, pieces))
            Interlocked.Increment(ref _count);
        return pieces;
    }
}
