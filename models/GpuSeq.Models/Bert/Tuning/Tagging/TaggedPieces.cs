namespace GpuSeq.Models;

/// <summary>
/// Words of a sentence as a model of BERT's family reads them: pieces, the first of which stands for its word. A sentence that is too
/// long goes on in further windows.
/// </summary>
/// <param name="Text">The pieces.</param>
/// <param name="Words">At the first piece of each word its number, elsewhere -1.</param>
internal sealed record TaggedPieces(EncodedText Text, int[] Words)
{
    private const int SharedPart = 4; // of a window, one in so many pieces is in the one before, too

    /// <summary>The windows of a sentence. A word of which no piece is left, such as an empty one, is in none.</summary>
    /// <param name="encoder">Of the text.</param>
    /// <param name="words">The words.</param>
    /// <param name="maxLength">The most tokens of a window.</param>
    public static TaggedPieces[] Of(TextEncoder encoder, IReadOnlyList<string> words, int maxLength)
    {
        var options = new EncodingOptions { MaxLength = maxLength, Stride = maxLength / SharedPart };
        var windows = encoder.EncodeWindows(string.Join(' ', words), null, options);
        var wordAt = Places(words);
        var begins = new int[words.Count]; // of the first piece of each word
        Array.Fill(begins, int.MaxValue);
        foreach (var window in windows)
        {
            for (var i = 0; i < window.Length; i++)
            {
                if (WordOf(window, i, wordAt) is var word and >= 0)
                    begins[word] = Math.Min(begins[word], window.Offsets[i].Start);
            }
        }
        return [.. windows.Select(window => new TaggedPieces(window, FirstPieces(window, wordAt, begins)))];
    }

    /// <summary>A label for each piece: that of its word at first pieces, and elsewhere what teaches nothing.</summary>
    public int[] LabelsOf(IReadOnlyList<int> ofWords) =>
        [.. Words.Select(word => word < 0 ? TokenTargets.Ignored : ofWords[word])];

    // The word of each character of the text, in which one space stands between two words; -1 there.
    private static int[] Places(IReadOnlyList<string> words)
    {
        var places = new List<int>();
        foreach (var (index, word) in words.Index())
            places.AddRange([.. index > 0 ? [-1] : Array.Empty<int>(), .. Enumerable.Repeat(index, word.Length)]);
        return [.. places];
    }

    // A piece may begin with the space in front of its word, so its last character tells.
    private static int WordOf(EncodedText text, int piece, int[] wordAt)
    {
        var (start, end) = text.Offsets[piece];
        return text.Parts[piece] < 0 || end <= start ? -1 : wordAt[end - 1];
    }

    private static int[] FirstPieces(EncodedText text, int[] wordAt, int[] begins)
    {
        var words = new int[text.Length];
        for (var (i, last) = (0, -1); i < text.Length; i++)
        {
            var word = WordOf(text, i, wordAt);
            var isFirst = word >= 0 && word != last && text.Offsets[i].Start == begins[word];
            words[i] = isFirst ? word : -1;
            last = isFirst ? word : last;
        }
        return words;
    }
}
