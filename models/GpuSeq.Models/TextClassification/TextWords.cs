using System.Text.RegularExpressions;

namespace GpuSeq.Models;

/// <summary>The words of a text, as recurrent classifiers read it.</summary>
internal static partial class TextWords
{
    /// <summary>The first words of a text, in small letters; line breaks of HTML are none.</summary>
    public static IEnumerable<string> Of(string text, int most) => WordSplitter.Split(LineBreak().Replace(text, " ")).Take(most);

    /// <summary>The numbers of the first words; a text without words is an unknown one.</summary>
    public static int[] Encode(string text, Vocabulary vocabulary, int most) =>
        vocabulary.Encode(Of(text, most)) is { Length: > 0 } ids ? ids : [Vocabulary.UnknownId];

    [GeneratedRegex("<br *?/?>", RegexOptions.IgnoreCase)]
    private static partial Regex LineBreak();
}
