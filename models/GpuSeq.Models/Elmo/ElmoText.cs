namespace GpuSeq.Models;

/// <summary>Texts as the words that a language model reads one after the other.</summary>
public static class ElmoText
{
    /// <summary>The word before the first paragraph and after each.</summary>
    public const string Boundary = "<eos>";

    /// <summary>The words of a text, with boundaries around its paragraphs.</summary>
    public static string[] Words(Corpus corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        return [Boundary, .. corpus.Paragraphs.SelectMany(paragraph => paragraph.Append(Boundary))];
    }
}
