using System.Globalization;
using System.Text;

namespace GpuSeq.Models;

/// <summary>Answers as SQuAD's scripts compare them.</summary>
public static class SquadText
{
    private static readonly string[] Articles = ["a", "an", "the"];

    /// <summary>
    /// A text in small letters, without ASCII's punctuation, without the articles a, an and the, and with single blanks between
    /// what is left: <c>normalize_answer</c> of <c>evaluate-v1.1.py</c> and <c>evaluate-v2.0.py</c>.
    /// </summary>
    public static string Normalize(string text) => string.Join(' ', Words(text));

    /// <summary>The words of <see cref="Normalize"/>.</summary>
    public static string[] Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var kept = string.Concat(text.ToLowerInvariant().Where(character => !IsPunctuation(character)));
        return WithoutArticles(kept).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool IsPunctuation(char character) =>
        char.IsAscii(character) && (char.IsPunctuation(character) || char.IsSymbol(character));

    // An article is a whole run of letters and digits (Python's \b), so that in "don\u2019t a\u2013b" the a is one.
    private static string WithoutArticles(string text)
    {
        var (result, run) = (new StringBuilder(), new StringBuilder());
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsWord(rune))
            {
                run.Append(rune.ToString());
                continue;
            }
            Flush();
            result.Append(rune.ToString());
        }
        Flush();
        return result.ToString();

        void Flush()
        {
            var word = run.ToString();
            result.Append(Articles.Contains(word) ? " " : word);
            run.Clear();
        }
    }

    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
}
