namespace GpuSeq.Models;

/// <summary>Vocabularies of sentences that begin and end with a word of their own.</summary>
internal static class SentenceVocabulary
{
    public const string Begin = "<s>";

    public const string End = "</s>";

    public const int BeginId = 2;

    public const int EndId = 3;

    /// <summary>Words that are no text.</summary>
    public static int[] NoText { get; } = [Vocabulary.PaddingId, Vocabulary.UnknownId, BeginId];

    public static Vocabulary Of(IEnumerable<string> sentences, int minCount) =>
        Vocabulary.Of(sentences.SelectMany(SentenceWords.Split), minCount, special: [Begin, End]);

    /// <exception cref="DataException">It is not a vocabulary of sentences.</exception>
    public static Vocabulary Load(string path)
    {
        var vocabulary = Vocabulary.Load(path);
        return vocabulary.Count > EndId && vocabulary[BeginId] == Begin && vocabulary[EndId] == End
            ? vocabulary
            : throw new DataException(path, $"words {BeginId} and {EndId} are not {Begin} and {End}");
    }

    /// <summary>The words of a source and the end of the sentence.</summary>
    public static int[] EncodeSource(this Vocabulary vocabulary, string text) => [.. vocabulary.Encode(SentenceWords.Split(text)), EndId];

    public static EncodedPair Encode(SentencePair pair, Vocabulary source, Vocabulary target) =>
        new(source.EncodeSource(pair.Source), target.Encode(SentenceWords.Split(pair.Target)));
}
