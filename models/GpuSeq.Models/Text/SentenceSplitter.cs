namespace GpuSeq.Models;

/// <summary>Cuts paragraphs into sentences by their signs, as English and its neighbours set them.</summary>
internal static class SentenceSplitter
{
    private const string Opening = "\"'([{_*-\u2018\u201C\u00AB\u00BF\u00A1\u2014";
    private const string Closing = "\"')]}_*\u2019\u201D\u00BB";

    private static readonly HashSet<string> Titles = new(StringComparer.Ordinal)
    {
        "Mr.", "Mrs.", "Ms.", "Dr.", "St.", "Messrs.", "Mme.", "Rev.", "Hon.", "Capt.", "Col.", "Gen.", "Lt.", "Sgt.", "Prof.",
        "No.", "vs.",
    };

    /// <summary>
    /// The sentences of a paragraph, each with single blanks between its words. A sentence ends with a word that ends with a full
    /// stop, a question mark or an exclamation mark, but for titles and initials, where the next begins with no small letter; in a
    /// paragraph without capitals, as corpora of small letters have it, wherever such a mark stands.
    /// </summary>
    public static IEnumerable<string> Split(string paragraph)
    {
        var words = paragraph.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var hasCapitals = paragraph.Any(char.IsUpper);
        var begin = 0;
        for (var end = 1; end <= words.Length; end++)
        {
            if (end < words.Length && !(MayEnd(words[end - 1]) && (!hasCapitals || MayBegin(words[end]))))
                continue;
            yield return string.Join(' ', words[begin..end]);
            begin = end;
        }
    }

    private static bool MayEnd(string word)
    {
        var bare = word.TrimEnd(Closing.ToCharArray());
        return bare.Length > 0 && bare[^1] switch
        {
            '.' => !Titles.Contains(bare.TrimStart(Opening.ToCharArray())) && !IsInitial(bare),
            '!' or '?' or '\u2026' => true,
            _ => false,
        };
    }

    // "J." of a name, but not "I."
    private static bool IsInitial(string word) =>
        word.Length >= 2 && word[^2] != 'I' && char.IsUpper(word[^2]) && (word.Length == 2 || !char.IsLetterOrDigit(word[^3]));

    private static bool MayBegin(string word)
    {
        var bare = word.TrimStart(Opening.ToCharArray());
        return bare.Length == 0 || !char.IsLower(bare[0]);
    }
}
