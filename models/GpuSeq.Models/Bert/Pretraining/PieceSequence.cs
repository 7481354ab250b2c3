namespace GpuSeq.Models;

/// <summary>What a model reads of one example. It is filled again and again.</summary>
internal sealed class PieceSequence
{
    /// <summary>The word of a special token: it is of none.</summary>
    public const int NoWord = -1;

    private int _words;

    /// <summary>The pieces, and special tokens around them.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>The type of each: 0 in the first part, 1 in the second.</summary>
    public List<int> Types { get; } = [];

    /// <summary>The word that each is of, counted over the whole sequence.</summary>
    public List<int> Words { get; } = [];

    /// <summary>How the two parts belong together: 0 as they stood in a document, 1 otherwise.</summary>
    public int Label { get; set; }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Ids.Clear();
        Types.Clear();
        Words.Clear();
        (_words, Label) = (0, 0);
    }

    /// <summary>Adds a special token.</summary>
    public void AddSpecial(int id, int type = 0)
    {
        Ids.Add(id);
        Types.Add(type);
        Words.Add(NoWord);
    }

    /// <summary>Adds pieces.</summary>
    public void Add(PieceRun run, int type = 0)
    {
        if (run.Length == 0)
            return;
        var words = run.Document.Words;
        var shift = _words - words[run.Begin];
        for (var i = run.Begin; i < run.End; i++)
        {
            Ids.Add(run.Document.Ids[i]);
            Types.Add(type);
            Words.Add(words[i] + shift);
        }
        _words = words[run.End - 1] + shift + 1;
    }
}
