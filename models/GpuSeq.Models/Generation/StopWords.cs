using System.Text;

namespace GpuSeq.Models;

/// <summary>Looks for words that end a text, which comes in pieces; what could be the beginning of one is held back.</summary>
/// <param name="words">The words; none is empty.</param>
internal sealed class StopWords(IReadOnlyList<string> words)
{
    private readonly StringBuilder _held = new();

    /// <summary>Whether a word has come.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Adds a piece.</summary>
    /// <returns>What of the text is certain to stand before any word.</returns>
    public string Add(string piece)
    {
        _held.Append(piece);
        var text = _held.ToString();
        var end = words.Select(word => text.IndexOf(word, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        IsOver = end >= 0;
        if (!IsOver)
            end = text.Length - words.Select(word => Beginning(text, word)).DefaultIfEmpty(0).Max();
        _held.Remove(0, end);
        return text[..end];
    }

    /// <summary>What was held back, where no word has come.</summary>
    public string Flush() => IsOver ? "" : _held.ToString();

    // How much of a word the text may end with.
    private static int Beginning(string text, string word)
    {
        var length = Math.Min(word.Length - 1, text.Length);
        while (!text.EndsWith(word[..length], StringComparison.Ordinal))
            length--;
        return length;
    }
}
