namespace GpuSeq.Models;

/// <summary>Learns the pieces of WordPiece by merging, as Hugging Face's <c>WordPieceTrainer</c> does.</summary>
internal static class WordPieceTraining
{
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    private const int Unknown = 1;

    /// <summary>See <see cref="WordPiece.Train"/>.</summary>
    public static WordPieceVocabulary Train(IEnumerable<string> texts, int vocabSize, WordPieceOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var counts = new WordCounts();
        foreach (var text in texts)
            CountWords(text, counts, options);
        var characters = MostFrequent(counts, options.MostCharacters);
        var words = counts.Words.Where(entry => entry.Key.EnumerateRunes().All(characters.Contains))
            .Select(entry => (Spelling: Spell(entry.Key, options.Continuation), Count: entry.Value)).ToArray();
        var alphabet = words.SelectMany(word => word.Spelling).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (vocabSize < Special.Length + alphabet.Length)
        {
            throw new ArgumentException(
                $"A vocabulary of {vocabSize} has no room for {Special.Length} special tokens and the {alphabet.Length} characters, "
                + "those that begin words and those that go on.", nameof(vocabSize));
        }
        var training = new MergeTraining(Special, alphabet, (left, right) => left + right[options.Continuation.Length..]);
        foreach (var (spelling, count) in words)
            training.Add(spelling, count);
        training.Run(vocabSize);
        return new(training.Tokens, [.. Special.Index().Select(token => AddedToken.Mark(token.Index, token.Item))], Unknown, options, null);
    }

    private static void CountWords(string text, WordCounts counts, WordPieceOptions options)
    {
        var words = new BasicWords(text, offset: 0, options);
        while (words.MoveNext())
        {
            if (words.Current.Length <= options.LongestWord)
                counts.Add(words.Current);
        }
    }

    // Of characters that occur equally often, those of the smaller code points.
    private static HashSet<System.Text.Rune> MostFrequent(WordCounts counts, int most)
    {
        var occurrences = new Dictionary<System.Text.Rune, long>();
        foreach (var (word, count) in counts.Words)
        {
            foreach (var rune in word.EnumerateRunes())
                occurrences[rune] = occurrences.GetValueOrDefault(rune) + count;
        }
        return [.. occurrences.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(most).Select(entry => entry.Key)];
    }

    private static string[] Spell(string word, string continuation) =>
        [.. word.EnumerateRunes().Select((rune, index) => index == 0 ? rune.ToString() : continuation + rune)];
}
