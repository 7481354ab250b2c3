namespace GpuSeq.Models;

/// <summary>A piece under training.</summary>
/// <param name="Text">How it is spelled.</param>
/// <param name="Score">The logarithm of how probable it is.</param>
/// <param name="IsCharacter">Whether it is a single character, which stays.</param>
internal readonly record struct UnigramPiece(string Text, double Score, bool IsCharacter);

/// <summary>
/// The pieces of a unigram model under training, as SentencePiece's <c>unigram_model_trainer</c> estimates and prunes them.
/// </summary>
internal sealed class UnigramModel(List<UnigramPiece> pieces)
{
    private const double LeastExpected = 0.5; // pieces expected more seldom than that go

    private List<UnigramPiece> _pieces = pieces;

    /// <summary>How many pieces there are.</summary>
    public int Count => _pieces.Count;

    /// <summary>
    /// One round of expectation maximization; counts enter through the digamma function, which keeps seldom pieces small (a
    /// variational Bayes with a sparse prior, as in SentencePiece).
    /// </summary>
    public void Estimate((string Text, long Count)[] words)
    {
        var expected = new double[_pieces.Count];
        var lattice = Lattice();
        foreach (var (text, count) in words)
            lattice.Expect(text, count, expected);
        var kept = _pieces.Zip(expected).Where(entry => entry.First.IsCharacter || entry.Second >= LeastExpected)
            .Select(entry => (Piece: entry.First, Expected: Math.Max(entry.Second, LeastExpected))).ToArray();
        var logTotal = Digamma(kept.Sum(entry => entry.Expected));
        _pieces = [.. kept.Select(entry => entry.Piece with { Score = Digamma(entry.Expected) - logTotal })];
    }

    /// <summary>Leaves so many pieces: those that the words would lose most of their probability without.</summary>
    public void Prune((string Text, long Count)[] words, int count)
    {
        var lattice = Lattice();
        var (frequencies, spelling) = (new long[_pieces.Count], new List<(int Begin, int End, int Id)>());
        foreach (var (text, occurrences) in words)
        {
            lattice.Best(text, spelling);
            foreach (var (_, _, id) in spelling)
                frequencies[id] += occurrences;
        }
        var total = frequencies.Sum();
        var losses = new double[_pieces.Count];
        for (var id = 0; id < losses.Length; id++)
            losses[id] = _pieces[id].IsCharacter ? double.PositiveInfinity : Loss(id, lattice, spelling, frequencies, total);
        _pieces = [.. _pieces.Index().Where(piece => !double.IsNegativeInfinity(losses[piece.Index]))
            .OrderByDescending(piece => losses[piece.Index]).ThenBy(piece => piece.Index).Take(count)
            .OrderBy(piece => piece.Index).Select(piece => piece.Item)];
    }

    /// <summary>So many pieces, the most probable first; all characters are among them.</summary>
    public UnigramPiece[] MostProbable(int count)
    {
        var characters = _pieces.Where(piece => piece.IsCharacter).ToArray();
        var others = _pieces.Where(piece => !piece.IsCharacter).OrderByDescending(piece => piece.Score)
            .ThenBy(piece => piece.Text, StringComparer.Ordinal).Take(count - characters.Length);
        return [.. characters.Concat(others).OrderByDescending(piece => piece.Score).ThenBy(piece => piece.Text, StringComparer.Ordinal)];
    }

    // How much less probable the words would be if the piece were spelled with others.
    private double Loss(
        int id, UnigramLattice lattice, List<(int Begin, int End, int Id)> spelling, long[] frequencies, long total)
    {
        var piece = _pieces[id];
        var instead = lattice.Best(piece.Text, spelling, withoutWhole: true);
        if (frequencies[id] == 0 || instead > piece.Score)
            return double.NegativeInfinity;
        var totalThen = Math.Log(total + frequencies[id] * (spelling.Count - 1.0));
        var then = spelling.Sum(part => Math.Log(frequencies[part.Id] + frequencies[id]) - totalThen);
        return (double)frequencies[id] / total * (Math.Log(frequencies[id]) - Math.Log(total) - then);
    }

    private UnigramLattice Lattice()
    {
        var trie = new PieceTrie();
        foreach (var (id, piece) in _pieces.Index())
            trie.Add(piece.Text, id);
        return new(trie, [.. _pieces.Select(piece => piece.Score)], _pieces.Min(piece => piece.Score));
    }

    // The asymptotic series, where it is exact to about 1e-12 (Abramowitz and Stegun, 6.3.18), reached by 6.3.5.
    private static double Digamma(double x)
    {
        var result = 0.0;
        for (; x < 10; x++)
            result -= 1 / x;
        var square = 1 / (x * x);
        return result + Math.Log(x) - 0.5 / x - square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square / 240)));
    }
}
