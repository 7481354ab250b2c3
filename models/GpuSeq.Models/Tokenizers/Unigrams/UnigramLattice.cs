namespace GpuSeq.Models;

/// <summary>
/// All ways to spell a word with pieces. The best is found from left to right (Viterbi 1967; Kudo 2018, section 3.2); training sums over
/// all of them forwards and backwards.
/// </summary>
internal sealed class UnigramLattice
{
    private const double UnknownPenalty = 10; // below the least probable piece, as in SentencePiece

    private readonly PieceTrie _trie;
    private readonly IReadOnlyList<double> _scores;
    private readonly double _unknownScore;
    private double[] _best = [];
    private (int Begin, int Id)[] _from = [];

    /// <param name="trie">The pieces.</param>
    /// <param name="scores">The logarithm of how probable each is.</param>
    /// <param name="least">The least of them.</param>
    public UnigramLattice(PieceTrie trie, IReadOnlyList<double> scores, double least)
    {
        (_trie, _scores, _unknownScore) = (trie, scores, least - UnknownPenalty);
    }

    /// <summary>The most probable spelling.</summary>
    /// <param name="word">The word.</param>
    /// <param name="pieces">Gets the pieces in their order; -1 for a character that no piece begins with.</param>
    /// <param name="withoutWhole">Whether the piece that is the whole word does not count.</param>
    /// <returns>The logarithm of how probable it is.</returns>
    public double Best(ReadOnlySpan<char> word, List<(int Begin, int End, int Id)> pieces, bool withoutWhole = false)
    {
        Prepare(word.Length);
        for (var begin = 0; begin < word.Length; begin++)
        {
            if (!double.IsFinite(_best[begin]))
                continue; // within a character
            var (node, width) = (PieceTrie.Root, begin + 1 < word.Length && char.IsSurrogatePair(word[begin], word[begin + 1]) ? 2 : 1);
            var isSpelled = false;
            for (var end = begin + 1; end <= word.Length && _trie.TryStep(node, word[end - 1], out node, out var id); end++)
            {
                if (id == PieceTrie.None || (withoutWhole && end - begin == word.Length))
                    continue;
                isSpelled |= end - begin == width;
                Reach(begin, end, _best[begin] + _scores[id], id);
            }
            if (!isSpelled)
                Reach(begin, begin + width, _best[begin] + _unknownScore, PieceTrie.None);
        }
        pieces.Clear();
        for (var end = word.Length; end > 0; end = _from[end].Begin)
            pieces.Add((_from[end].Begin, end, _from[end].Id));
        pieces.Reverse();
        return _best[word.Length];
    }

    /// <summary>How often pieces are expected in a word, over all its spellings.</summary>
    /// <param name="word">A word that its characters can spell.</param>
    /// <param name="count">How often it occurs.</param>
    /// <param name="expected">Gets the counts added, by id.</param>
    /// <returns>The logarithm of how probable the word is.</returns>
    public double Expect(ReadOnlySpan<char> word, long count, double[] expected)
    {
        Prepare(word.Length);
        for (var begin = 0; begin < word.Length; begin++)
        {
            var node = PieceTrie.Root;
            for (var end = begin + 1; end <= word.Length && _trie.TryStep(node, word[end - 1], out node, out var id); end++)
            {
                if (id != PieceTrie.None)
                    _best[end] = LogSum(_best[end], _best[begin] + _scores[id]);
            }
        }
        var total = _best[word.Length];
        if (!double.IsFinite(total))
            return total;
        var behind = new double[word.Length + 1]; // what the rest of the word sums up to
        behind.AsSpan(0, word.Length).Fill(double.NegativeInfinity);
        for (var begin = word.Length - 1; begin >= 0; begin--)
        {
            var node = PieceTrie.Root;
            for (var end = begin + 1; end <= word.Length && _trie.TryStep(node, word[end - 1], out node, out var id); end++)
            {
                if (id == PieceTrie.None)
                    continue;
                var score = _scores[id] + behind[end];
                behind[begin] = LogSum(behind[begin], score);
                expected[id] += count * Math.Exp(_best[begin] + score - total);
            }
        }
        return total;
    }

    private void Prepare(int length)
    {
        if (_best.Length <= length)
            (_best, _from) = (new double[length + 64], new (int, int)[length + 64]);
        _best.AsSpan(0, length + 1).Fill(double.NegativeInfinity);
        _best[0] = 0;
    }

    private void Reach(int begin, int end, double score, int id)
    {
        if (score > _best[end])
            (_best[end], _from[end]) = (score, (begin, id));
    }

    private static double LogSum(double left, double right)
    {
        var (least, most) = left < right ? (left, right) : (right, left);
        return double.IsNegativeInfinity(least) ? most : most + Math.Log(1 + Math.Exp(least - most));
    }
}
