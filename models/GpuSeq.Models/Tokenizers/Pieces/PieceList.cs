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

    /// <summary>Puts one piece in the place of those that the word has so far.</summary>
    public void Replace(int id, int start, int end)
    {
        Pieces.RemoveRange(_firstOfWord, Pieces.Count - _firstOfWord);
        Add(id, start, end);
    }
}
