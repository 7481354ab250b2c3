using System.Text;

namespace GpuSeq.Models;

/// <summary>The words between two blanks of a text, where characters must be changed, composed or left out first.</summary>
internal sealed class NormalizedWords(WordPieceOptions options)
{
    private readonly List<(int Start, int End)> _words = [];
    private readonly List<(int Start, int End)> _sources = []; // of each character in UTF-16
    private char[] _characters = [];

    /// <summary>How many words there are.</summary>
    public int Count => _words.Count;

    /// <summary>A word.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="start">Where it begins among all characters.</param>
    public ReadOnlySpan<char> Word(int index, out int start)
    {
        (start, var end) = _words[index];
        return _characters.AsSpan(start..end);
    }

    /// <summary>Where characters come from.</summary>
    /// <param name="begin">The first, among all.</param>
    /// <param name="end">Behind the last.</param>
    public (int Start, int End) Source(int begin, int end)
    {
        var (first, last) = _sources[begin];
        for (var at = begin + 1; at < end; at++)
            (first, last) = (Math.Min(first, _sources[at].Start), Math.Max(last, _sources[at].End));
        return (first, last);
    }

    /// <summary>Reads a part of a text that holds no blanks.</summary>
    /// <param name="text">The part.</param>
    /// <param name="offset">Where it stands in the text that offsets are told of.</param>
    public void Read(ReadOnlySpan<char> text, int offset)
    {
        var aligned = new AlignedText();
        aligned.Append(text, offset);
        if (options.LowerCase)
            aligned.LowerCase();
        aligned.Change(Clean);
        aligned.Normalize(options.DropsAccents ? NormalizationForm.FormD : NormalizationForm.FormC);
        if (options.DropsAccents)
            aligned.DropAccents();
        Cut(aligned.Runes);
    }

    private void Clean(AlignedRune rune, List<AlignedRune> cleaned)
    {
        if (CharacterKinds.IsDropped(rune.Value))
            return;
        var isAlone = options.SplitsIdeographs && CharacterKinds.IsIdeograph(rune.Value);
        var blank = rune with { Value = ' ' };
        cleaned.AddRange(isAlone ? [blank, rune, blank] : [rune]);
    }

    private void Cut(List<AlignedRune> runes)
    {
        _words.Clear();
        _sources.Clear();
        if (_characters.Length < 2 * runes.Count)
            _characters = new char[2 * runes.Count];
        var begin = 0; // of the word
        foreach (var rune in runes)
        {
            var isBlank = rune.Value == ' ';
            var isAlone = CharacterKinds.IsPunctuation(rune.Value);
            if (isBlank || isAlone)
                EndWord();
            if (!isBlank)
                Add(rune);
            if (isAlone)
                EndWord();
        }
        EndWord();

        void EndWord()
        {
            if (begin < _sources.Count)
                _words.Add((begin, _sources.Count));
            begin = _sources.Count;
        }
    }

    private void Add(AlignedRune rune)
    {
        var width = new Rune(rune.Value).EncodeToUtf16(_characters.AsSpan(_sources.Count));
        for (var unit = 0; unit < width; unit++)
            _sources.Add((rune.Start, rune.End));
    }
}
