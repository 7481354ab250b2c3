using System.Globalization;
using System.Text;

namespace GpuSeq.Models;

/// <summary>Cuts text into words in any script.</summary>
public static class WordSplitter
{
    /// <summary>
    /// The words of a text: runs of letters, marks and digits, which may hold single apostrophes, hyphens or points between them
    /// (<c>don't</c>, <c>well-known</c>, <c>3.5</c>); each other visible character is a word of its own.
    /// </summary>
    /// <param name="text">The text; brought into Unicode's composed form (NFC).</param>
    /// <param name="lowerCase">Whether letters become small.</param>
    public static IEnumerable<string> Split(string text, bool lowerCase = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Normalized(NormalizationForm.FormC);
        if (lowerCase)
            text = text.ToLowerInvariant();
        Rune[] runes = [.. text.EnumerateRunes()];
        for (int begin = 0, end; begin < runes.Length; begin = end)
        {
            end = begin + 1;
            if (Rune.IsWhiteSpace(runes[begin]) || Rune.IsControl(runes[begin]))
                continue;
            while (IsWord(runes[begin]) && end < runes.Length && (IsWord(runes[end]) || Joins(runes, end)))
                end++;
            yield return string.Concat(runes[begin..end]);
        }
    }

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Whether a character stands within a word: apostrophes and hyphens between letters or digits, points between digits.
    private static bool Joins(Rune[] runes, int at)
    {
        if (at + 1 >= runes.Length || !IsWord(runes[at - 1]) || !IsWord(runes[at + 1]))
            return false;
        return runes[at].Value switch
        {
            '\'' or '\u2019' or '-' => true,
            '.' or ',' => Rune.IsDigit(runes[at - 1]) && Rune.IsDigit(runes[at + 1]),
            _ => false,
        };
    }
}
