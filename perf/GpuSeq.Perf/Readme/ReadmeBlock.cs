namespace GpuSeq.Perf.Readme;

/// <summary>A part of the README that a program writes, between the comments <c>NAME:begin</c> and <c>NAME:end</c>.</summary>
internal static class ReadmeBlock
{
    /// <summary>A text with other content in a block.</summary>
    public static string Replace(string text, string name, string content)
    {
        var (begin, end) = Find(text, name);
        return $"{text[..begin]}\n{content.Trim()}\n{text[end..]}";
    }

    /// <summary>The content of a block.</summary>
    public static string Content(string text, string name)
    {
        var (begin, end) = Find(text, name);
        return text[begin..end].Trim();
    }

    private static (int Begin, int End) Find(string text, string name)
    {
        var (first, last) = ($"<!-- {name}:begin -->", $"<!-- {name}:end -->");
        var begin = text.IndexOf(first, StringComparison.Ordinal) + first.Length;
        var end = text.IndexOf(last, StringComparison.Ordinal);
        if (begin < first.Length || end < begin)
            throw new InvalidDataException($"The README has no lines {first} and {last}.");
        return (begin, end);
    }
}
