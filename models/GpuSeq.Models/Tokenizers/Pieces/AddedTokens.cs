using System.Buffers;

namespace GpuSeq.Models;

/// <summary>Finds added tokens in a text: the first that begins, and of those that begin at one place the longest.</summary>
internal sealed class AddedTokens
{
    private readonly AddedToken[] _longestFirst;
    private readonly SearchValues<string> _contents;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Content.Length)];
        _contents = SearchValues.Create([.. _longestFirst.Select(token => token.Content)], StringComparison.Ordinal);
    }

    /// <summary>Finds the first one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="before">How much of the text stands before it: everything where there is none.</param>
    /// <param name="at">Where it begins, behind the blanks that it takes along.</param>
    /// <param name="after">Where the text goes on behind it.</param>
    /// <returns>The token, or null.</returns>
    public AddedToken? Find(ReadOnlySpan<char> text, out int before, out int at, out int after)
    {
        (before, after) = (text.Length, text.Length);
        at = _longestFirst.Length == 0 ? -1 : text.IndexOfAny(_contents);
        if (at < 0)
            return null;
        var token = LongestAt(text[at..]);
        var rest = text[(at + token.Content.Length)..];
        before = token.Lstrip ? text[..at].TrimEnd().Length : at;
        after = text.Length - (token.Rstrip ? rest.TrimStart() : rest).Length;
        return token;
    }

    private AddedToken LongestAt(ReadOnlySpan<char> text)
    {
        var index = 0;
        while (!text.StartsWith(_longestFirst[index].Content, StringComparison.Ordinal))
            index++;
        return _longestFirst[index];
    }
}
