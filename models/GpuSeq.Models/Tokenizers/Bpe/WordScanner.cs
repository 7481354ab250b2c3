using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// Cuts text into the words that GPT-2's byte-pair encoding merges within, one for each match of
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> (Radford et al. 2019). Every character is in
/// a word; one blank goes with what follows it.
/// </summary>
internal static class WordScanner
{
    private enum Kind : byte
    {
        Other,
        Letter,
        Number,
        Blank,
    }

    private static readonly Kind[] Ascii = [.. Enumerable.Range(0, 128).Select(value => Classify(new Rune(value)))];

    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>Where the word that begins at a place ends.</summary>
    public static int End(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text[start..]) is > 0 and var length)
            return start + length;
        var first = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = KindAt(text, first, out var width);
        if (kind != Kind.Blank)
            return EndOf(kind, text, first + width);
        var end = EndOf(Kind.Blank, text, start + 1);
        // The last of several blanks goes with the word behind them, or alone where it is not ' '.
        return end < text.Length && end > start + 1 ? end - 1 : end;
    }

    private static int Contraction(ReadOnlySpan<char> text)
    {
        foreach (var contraction in Contractions)
        {
            if (text.StartsWith(contraction, StringComparison.Ordinal))
                return contraction.Length;
        }
        return 0;
    }

    private static int EndOf(Kind kind, ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && KindAt(text, at, out var width) == kind)
            at += width;
        return at;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int at, out int width)
    {
        width = 1;
        if (text[at] < Ascii.Length)
            return Ascii[text[at]];
        // Half a surrogate pair decodes as U+FFFD, which is a sign as others are.
        Rune.DecodeFromUtf16(text[at..], out var rune, out width);
        return Classify(rune);
    }

    private static Kind Classify(Rune rune) =>
        Rune.IsLetter(rune) ? Kind.Letter : Rune.IsNumber(rune) ? Kind.Number : Rune.IsWhiteSpace(rune) ? Kind.Blank : Kind.Other;
}
