namespace GpuSeq.Models;

/// <summary>Tokens of a sentence that belong together, such as a name, and what they are.</summary>
/// <param name="Begin">The first token.</param>
/// <param name="End">The token behind the last one.</param>
/// <param name="Type">What it is, such as PER.</param>
public readonly record struct TagSpan(int Begin, int End, string Type)
{
    /// <summary>The tag of a token that belongs to no span.</summary>
    public const string Outside = "O";

    /// <summary>
    /// The spans that the tags of a sentence mark, as <c>conlleval</c> of the CoNLL-2000 task reads them: a span begins with a tag
    /// B, with S, behind E and S, behind O, and where the type changes. So the schemes BIO, IOB1 and BIOES (with L and U for E and
    /// S, too) are all read, and an I without a B in front begins a span.
    /// </summary>
    /// <exception cref="FormatException">A tag is none; names it.</exception>
    public static IReadOnlyList<TagSpan> Of(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var spans = new List<TagSpan>();
        var (begin, type, hasEnded) = (0, "", true);
        for (var i = 0; i < tags.Count; i++)
        {
            var (place, ownType) = Parse(tags[i]);
            var isOutside = place == 'O';
            var begins = !isOutside && (hasEnded || place is 'B' or 'S' || ownType != type);
            if ((isOutside || begins) && !hasEnded)
                spans.Add(new(begin, i, type));
            if (begins)
                (begin, type) = (i, ownType);
            hasEnded = isOutside || place is 'E' or 'S';
            if (hasEnded && !isOutside)
                spans.Add(new(begin, i + 1, type));
        }
        if (!hasEnded)
            spans.Add(new(begin, tags.Count, type));
        return spans;
    }

    /// <summary>The tags that mark spans in the scheme BIO: B at the first token of each, I at its others, O elsewhere.</summary>
    /// <param name="spans">Spans that do not overlap.</param>
    /// <param name="count">The number of tokens.</param>
    public static string[] ToTags(IEnumerable<TagSpan> spans, int count)
    {
        ArgumentNullException.ThrowIfNull(spans);
        var tags = new string[count];
        Array.Fill(tags, Outside);
        foreach (var span in spans)
        {
            Array.Fill(tags, $"I-{span.Type}", span.Begin, span.End - span.Begin);
            tags[span.Begin] = $"B-{span.Type}";
        }
        return tags;
    }

    /// <summary>Whether a tag of the scheme BIO may stand behind another one, or at the beginning: an I continues a span of its type.</summary>
    /// <param name="previous">The tag before; null at the beginning.</param>
    /// <param name="tag">The tag.</param>
    public static bool MayFollow(string? previous, string tag)
    {
        var (place, type) = Parse(tag);
        return place != 'I' || previous is not null && Parse(previous) is var (before, typeBefore) && before != 'O' && typeBefore == type;
    }

    private static (char Place, string Type) Parse(string tag)
    {
        if (tag == Outside)
            return ('O', "");
        if (tag.Length < 3 || tag[1] != '-')
            throw Bad();
        var place = tag[0] switch
        {
            'B' or 'I' or 'E' or 'S' => tag[0],
            'L' => 'E',
            'U' => 'S',
            _ => throw Bad(),
        };
        return (place, tag[2..]);

        FormatException Bad() => new($"'{tag}' is no tag: O, or B, I, E or S with a type, such as B-PER");
    }
}
