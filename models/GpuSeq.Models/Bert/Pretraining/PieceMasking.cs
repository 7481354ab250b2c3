using System.Runtime.InteropServices;

namespace GpuSeq.Models;

/// <summary>A piece that is foretold.</summary>
/// <param name="Place">Where it stands in its sequence.</param>
/// <param name="Id">What stood there.</param>
internal readonly record struct MaskedPiece(int Place, int Id);

/// <summary>Chooses the pieces of sequences that are foretold, and changes them. Special tokens stay.</summary>
/// <param name="options">Which, and how.</param>
/// <param name="special">The special tokens.</param>
/// <param name="vocabulary">V; random pieces are any but special ones.</param>
internal sealed class PieceMasking(MaskingOptions options, SpecialTokens special, int vocabulary)
{
    private const int LongestNgram = 3;

    private readonly List<(int Begin, int End)> _units = []; // in the order of the sequence
    private readonly List<int> _order = [];
    private readonly List<MaskedPiece> _chosen = [];

    /// <summary>Masks a sequence.</summary>
    /// <returns>What is foretold, in the order of places, at least one; valid until the next call.</returns>
    public IReadOnlyList<MaskedPiece> Apply(PieceSequence sequence, ref SplitMix64 random)
    {
        FindUnits(sequence);
        Choose(sequence.Ids, options.Count(_units.Sum(unit => unit.End - unit.Begin)), ref random);
        foreach (var piece in _chosen)
            sequence.Ids[piece.Place] = Seen(piece.Id, ref random);
        return _chosen;
    }

    private void FindUnits(PieceSequence sequence)
    {
        _units.Clear();
        var words = sequence.Words;
        for (int begin = 0, end; begin < words.Count; begin = end)
        {
            end = begin + 1;
            while (options.Unit != MaskUnit.Piece && end < words.Count && words[end] == words[begin])
                end++;
            if (words[begin] != PieceSequence.NoWord)
                _units.Add((begin, end));
        }
    }

    // Takes units in a random order, but for those that are too long for what is left.
    private void Choose(List<int> ids, int count, ref SplitMix64 random)
    {
        _chosen.Clear();
        _order.Clear();
        for (var unit = 0; unit < _units.Count; unit++)
            _order.Add(unit);
        random.Shuffle(CollectionsMarshal.AsSpan(_order));
        foreach (var unit in _order)
        {
            if (_chosen.Count == count)
                break;
            var words = options.Unit == MaskUnit.Ngram ? NgramLength(ref random) : 1;
            for (; words > 0; words--)
            {
                if (Take(ids, unit, words, count - _chosen.Count))
                    break;
            }
        }
        if (_chosen.Count == 0)
            Add(ids, _units[_order[0]].Begin, _units[_order[0]].Begin + count); // words are all longer than what is wanted
        _chosen.Sort((a, b) => a.Place.CompareTo(b.Place));
    }

    private bool Take(List<int> ids, int first, int words, int most)
    {
        if (first + words > _units.Count)
            return false;
        var (begin, end) = (_units[first].Begin, _units[first + words - 1].End);
        var pieces = 0;
        for (var unit = first; unit < first + words; unit++)
            pieces += _units[unit].End - _units[unit].Begin;
        var isOneRun = end - begin == pieces; // no special token stands between
        if (pieces > most || !isOneRun || _chosen.Exists(piece => piece.Place >= begin && piece.Place < end))
            return false;
        Add(ids, begin, end);
        return true;
    }

    private void Add(List<int> ids, int begin, int end)
    {
        for (var place = begin; place < end; place++)
            _chosen.Add(new(place, ids[place]));
    }

    private int Seen(int id, ref SplitMix64 random)
    {
        var draw = random.NextUniform();
        return draw < options.MaskShare ? special.Mask
            : draw < options.MaskShare + options.RandomShare ? RandomPiece(ref random)
            : id;
    }

    private int RandomPiece(ref SplitMix64 random)
    {
        while (true)
        {
            var id = random.Next(vocabulary);
            if (id != special.Begin && id != special.Separator && id != special.Padding && id != special.Mask && id != special.Unknown)
                return id;
        }
    }

    // 1, 2 or 3 with probabilities 6/11, 3/11 and 2/11.
    private static int NgramLength(ref SplitMix64 random)
    {
        var total = Enumerable.Range(1, LongestNgram).Sum(n => 1.0 / n);
        var left = random.NextUniform() * total;
        for (var n = 1; n < LongestNgram; n++)
        {
            left -= 1.0 / n;
            if (left < 0)
                return n;
        }
        return LongestNgram;
    }
}
