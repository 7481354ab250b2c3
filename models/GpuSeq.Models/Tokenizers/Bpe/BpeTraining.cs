using System.Text;

namespace GpuSeq.Models;

/// <summary>Learns a byte-level byte-pair encoding.</summary>
internal static class BpeTraining
{
    private static readonly string[] Alphabet = [.. ByteAlphabet.Order.Select(Spelling)];

    /// <summary>See <see cref="ByteLevelBpe.Train"/>.</summary>
    public static BpeVocabulary Train(IEnumerable<string> texts, int vocabSize, IReadOnlyList<string> special)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Check(vocabSize, special);
        var counts = new WordCounts();
        foreach (var text in texts)
            CountWords(text, counts);
        var training = new MergeTraining(special, Alphabet, string.Concat);
        foreach (var (word, count) in counts.Words)
            training.Add(Encoding.UTF8.GetBytes(word).Select(Spelling), count);
        training.Run(vocabSize);
        var added = special.Index().Select(token => AddedToken.Mark(token.Index, token.Item));
        return new(training.Tokens, training.Merges, [.. added], AddsPrefixSpace: false);
    }

    private static string Spelling(byte value) => ByteAlphabet.CharacterOf(value).ToString();

    private static void Check(int vocabSize, IReadOnlyList<string> special)
    {
        var bytes = Alphabet.ToHashSet(StringComparer.Ordinal);
        var least = special.Count + bytes.Count;
        if (vocabSize < least)
        {
            throw new ArgumentException(
                $"A vocabulary of {vocabSize} has no room for {bytes.Count} bytes and {special.Count} special tokens; it takes {least}.",
                nameof(vocabSize));
        }
        foreach (var token in special)
        {
            if (token.Length == 0 || !bytes.Add(token))
            {
                throw new ArgumentException(
                    $"The special token '{token}' is empty, stands twice or is spelled like a byte.", nameof(special));
            }
        }
    }

    private static void CountWords(string text, WordCounts counts)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = WordScanner.End(text, start);
            counts.Add(text.AsSpan(start, end - start));
            start = end;
        }
    }
}
