namespace GpuSeq.Models;

/// <summary>The pieces of a text as they are found, word by word.</summary>
internal sealed class PieceList(int capacity)
{
    private int _word = -1;
    private int _firstOfWord;

    /// <summary>What was found.</summary>
    public List<Piece> Pieces { get; } = new(capacity);

    /// <summary>Begins the next word.</summary>
    public void BeginWord()
    {
        _word++;
        _firstOfWord = Pieces.Count;
    }

    /// <summary>Adds a piece of the word.</summary>
    public void Add(int id, int start, int end) => Pieces.Add(new(id, start, end, _word));

    /// <summary>Adds pieces whose offsets and words count from 0.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="offset">Where their part of the text begins.</param>
    public void Add(ReadOnlySpan<Piece> pieces, int offset)
    {
        var first = _word + 1;
        foreach (var piece in pieces)
            Pieces.Add(new(piece.Id, offset + piece.Start, offset + piece.End, _word = first + piece.Word));
    }

    /// <summary>Puts one piece in the place of those that the word has so far.</summary>
    public void Replace(int id, int start, int end)
    {
        Pieces.RemoveRange(_firstOfWord, Pieces.Count - _firstOfWord);
        Add(id, start, end);
    }
}
