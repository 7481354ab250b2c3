using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// Cuts sentences into words that can be joined again. A sign that touches the word before or behind it says so by a joiner,
/// so that <c>Stop !</c> and <c>Stop!</c> stay what they are; what is cut off a word at an apostrophe or a hyphen, as in <c>l'|eau</c>
/// and <c>va|-t|-il</c>, shows by itself where it belongs.
/// </summary>
public static class SentenceWords
{
    /// <summary>Marks the side on which a sign has no space (U+FFED, as OpenNMT's tokenizer has it).</summary>
    public const char Joiner = '\uFFED';

    /// <summary>The words of a sentence; letters keep their case.</summary>
    public static IEnumerable<string> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Normalized(NormalizationForm.FormC);
        var end = 0;
        foreach (var word in WordSplitter.Split(text, lowerCase: false))
        {
            var begin = text.IndexOf(word, end, StringComparison.Ordinal);
            var touchesBefore = begin > 0 && begin == end;
            end = begin + word.Length;
            if (char.IsLetterOrDigit(word[0]))
            {
                foreach (var part in Parts(word))
                    yield return part;
                continue;
            }
            var touchesBehind = end < text.Length && char.IsLetterOrDigit(text, end); // another sign says so itself
            yield return $"{(touchesBefore ? Joiner : "")}{word}{(touchesBehind ? Joiner : "")}";
        }
    }

    /// <summary>The sentence of words.</summary>
    public static string Join(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var text = new StringBuilder();
        var joins = true;
        foreach (var word in words)
        {
            if (!joins && !JoinsBefore(word))
                text.Append(' ');
            text.Append(Plain(word));
            joins = JoinsBehind(word);
        }
        return text.ToString();
    }

    /// <summary>A word as people read it, without joiners.</summary>
    public static string Plain(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Trim(Joiner);
    }

    private static bool JoinsBefore(string word) => word[0] == Joiner || word.Length > 1 && word[0] == '-' && char.IsLetterOrDigit(word[1]);

    private static bool JoinsBehind(string word) =>
        word[^1] == Joiner || word.Length > 1 && IsApostrophe(word[^1]) && char.IsLetterOrDigit(word[^2]);

    // Behind the apostrophe of an elision, and before hyphens.
    private static IEnumerable<string> Parts(string word)
    {
        var begin = 0;
        for (var i = 1; i < word.Length; i++)
        {
            if (word[i] != '-' && !(IsApostrophe(word[i - 1]) && IsElision(word.AsSpan(begin, i - 1 - begin))))
                continue;
            yield return word[begin..i];
            begin = i;
        }
        yield return word[begin..];
    }

    // l', d', j' and the like, qu', lorsqu'.
    private static bool IsElision(ReadOnlySpan<char> before) => before.Length == 1 || before.EndsWith("qu", StringComparison.OrdinalIgnoreCase);

    private static bool IsApostrophe(char character) => character is '\'' or '\u2019';
}
