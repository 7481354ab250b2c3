namespace GpuSeq.Models;

/// <summary>A sentence with what is to be said of it.</summary>
/// <param name="Words">Its words.</param>
/// <param name="Labels">A label for each word, or one for the sentence; none where they are not known.</param>
public sealed record LabelledWords(IReadOnlyList<string> Words, IReadOnlyList<string> Labels);

/// <summary>Sentences to learn labels from, and others to measure on.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To measure on.</param>
public sealed record LabelledCorpus(IReadOnlyList<LabelledWords> Train, IReadOnlyList<LabelledWords> Validation)
{
    private const int MaxWords = 128; // that are looked at together
    private const int HeldBack = 10; // one built-in sentence of so many

    /// <summary>Reads sentences whose words have tags, or texts with labels.</summary>
    /// <param name="unit">What has labels.</param>
    /// <param name="data">As <see cref="TaggedCorpus.Read"/> or <see cref="LabelledTexts.Read"/> takes it; null for built-in ones.</param>
    /// <param name="validation">The same to measure on; null to hold a part back.</param>
    /// <param name="seed">Of what is held back.</param>
    /// <exception cref="DataException">Something cannot be read.</exception>
    public static LabelledCorpus Read(LabelUnit unit, string? data, string? validation, ulong seed)
    {
        if (data is null)
        {
            var sentences = NamesInContext.Read(unit);
            var count = sentences.Count / HeldBack;
            return new([.. sentences.Skip(count)], validation is null ? [.. sentences.Take(count)] : ReadAll(unit, validation));
        }
        if (unit == LabelUnit.Word)
        {
            var tagged = TaggedCorpus.Read(data, validation, seed);
            return new(Pieces(tagged.Train), Pieces(tagged.Validation));
        }
        var texts = LabelledTexts.Read(data);
        if (validation is not null)
            return new(Cut(texts.Train), ReadAll(unit, validation));
        texts = texts.WithDev(seed);
        return new(Cut(texts.Train), Cut(texts.Dev));
    }

    /// <summary>Reads all that a model is measured on.</summary>
    /// <param name="unit">What has labels.</param>
    /// <param name="data">As <see cref="TaggedCorpus.ReadAll(string)"/> or <see cref="LabelledTexts.Read"/> takes it.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static IReadOnlyList<LabelledWords> ReadAll(LabelUnit unit, string data) =>
        unit == LabelUnit.Word ? Pieces(TaggedCorpus.ReadAll(data)) : Cut(LabelledTexts.Read(data).Measured);

    /// <summary>The first words of a text; one without words is an unknown one.</summary>
    public static string[] WordsOf(string text) =>
        [.. WordSplitter.Split(text, lowerCase: false).DefaultIfEmpty(Vocabulary.Unknown).Take(MaxWords)];

    private static LabelledWords[] Cut(IEnumerable<LabelledText> texts) =>
        [.. texts.Select(text => new LabelledWords(WordsOf(text.Text), [text.Label]))];

    // Tags are needed for all words, so long sentences become several.
    private static LabelledWords[] Pieces(IEnumerable<TaggedSentence> sentences) =>
    [
        .. sentences.SelectMany(
            sentence => sentence.Tokens.Chunk(MaxWords).Zip(sentence.Tags.Chunk(MaxWords), (words, tags) => new LabelledWords(words, tags))),
    ];
}
