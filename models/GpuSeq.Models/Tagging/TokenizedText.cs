using System.Text;
using System.Text.RegularExpressions;

namespace GpuSeq.Models;

/// <summary>A text, and its words as taggers take them.</summary>
/// <param name="Text">The text in Unicode's composed form (NFC).</param>
/// <param name="Tokens">Its words.</param>
/// <param name="Begins">Where each begins in the text.</param>
public sealed partial record TokenizedText(string Text, IReadOnlyList<string> Tokens, IReadOnlyList<int> Begins)
{
    /// <summary>
    /// Cuts a text as tagged corpora are: addresses of pages, @names and #topics stay whole, endings such as 's and 'll are words of
    /// their own, and the rest is cut as <see cref="WordSplitter"/> does.
    /// </summary>
    public static TokenizedText Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Normalized(NormalizationForm.FormC);
        var (tokens, begins, place) = (new List<string>(), new List<int>(), 0);
        foreach (var match in Whole().EnumerateMatches(text))
        {
            Split(place, match.Index);
            Add(match.Index, text.Substring(match.Index, match.Length));
            place = match.Index + match.Length;
        }
        Split(place, text.Length);
        return new(text, tokens, begins);

        void Split(int from, int to)
        {
            foreach (var word in WordSplitter.Split(text[from..to], lowerCase: false))
            {
                from = text.IndexOf(word, from, StringComparison.Ordinal);
                Add(from, word);
                from += word.Length;
            }
        }

        void Add(int begin, string token)
        {
            tokens.Add(token);
            begins.Add(begin);
        }
    }

    /// <summary>The piece of the text that a span of tokens covers, blanks between them included.</summary>
    public string Covered(TagSpan span) => Text[Begins[span.Begin]..EndOf(span)];

    /// <summary>Where a span of tokens begins and ends in the text, in characters of Unicode (code points).</summary>
    public (int Start, int End) Place(TagSpan span) => (CodePoints(Begins[span.Begin]), CodePoints(EndOf(span)));

    private int EndOf(TagSpan span) => Begins[span.End - 1] + Tokens[span.End - 1].Length;

    private int CodePoints(int end) => Text[..end].EnumerateRunes().Count();

    [GeneratedRegex(@"https?://\S+|www\.\S+|[@#][\p{L}\p{N}_]+|(?<=\p{L})['’](s|m|d|re|ve|ll)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Whole();
}
