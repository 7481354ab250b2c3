using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Sentences as a tagger takes them, side by side, in a <see cref="Batch"/> of six tensors of integers.</summary>
internal static class TaggerBatch
{
    public const int Words = 0; // [B, T]
    public const int Shapes = 1; // [B, T]
    public const int Characters = 2; // [B, T, W]
    public const int WordLengths = 3; // [B, T], characters of each word, at least 1
    public const int Lengths = 4; // [B]
    public const int Tags = 5; // [B, T]

    /// <summary>The tag of what is no word, where tags are said one by one.</summary>
    public const int NoTag = -100;

    public static Batch New() => new(
        ElementType.Int32, ElementType.Int32, ElementType.Int32, ElementType.Int32, ElementType.Int32, ElementType.Int32);

    /// <summary>Fills a batch.</summary>
    /// <param name="batch">Filled.</param>
    /// <param name="sentences">B of them.</param>
    /// <param name="config">The form of the model.</param>
    public static void Write(Batch batch, IReadOnlyList<EncodedSentence> sentences, TaggerConfig config)
    {
        PaddedIds.Write([.. sentences.Select(sentence => sentence.Words)], batch[Words]);
        PaddedIds.Write([.. sentences.Select(sentence => sentence.Shapes)], batch[Shapes]);
        PaddedIds.Write([.. sentences.Select(sentence => sentence.Tags)], batch[Tags], config.Crf ? 0 : NoTag);
        PaddedIds.WriteLengths([.. sentences.Select(sentence => sentence.Words)], batch[Lengths]);
        var steps = batch[Words].Shape[1];
        batch[Characters].Resize([sentences.Count, steps, config.MaxWordLength]);
        batch[WordLengths].Resize([sentences.Count, steps]);
        var characters = batch[Characters].Ints;
        var lengths = batch[WordLengths].Ints;
        characters.Clear(); // to the padding
        lengths.Fill(1);
        foreach (var (row, sentence) in sentences.Index())
        {
            foreach (var (step, word) in sentence.Characters.Index())
            {
                var place = row * steps + step;
                word.CopyTo(characters[(place * config.MaxWordLength)..]);
                lengths[place] = word.Length;
            }
        }
    }
}

/// <summary>The numbers of a sentence's words, shapes, characters and tags.</summary>
internal sealed record EncodedSentence(int[] Words, int[] Shapes, int[][] Characters, int[] Tags)
{
    /// <summary>Encodes a sentence.</summary>
    /// <param name="features">What the tagger sees of words.</param>
    /// <param name="config">The form of the model.</param>
    /// <param name="tokens">The words.</param>
    /// <param name="tags">Their tags; null where they are not known.</param>
    /// <exception cref="DataException">A tag is not of the model's.</exception>
    public static EncodedSentence Of(
        TaggerFeatures features, TaggerConfig config, IReadOnlyList<string> tokens, IReadOnlyList<string>? tags = null) => new(
            features.Words.Encode(tokens.Select(TaggerFeatures.Normal)),
            features.Shapes.Encode(tokens.Select(TaggerFeatures.ShapeOf)),
            [.. tokens.Select(token => features.CharacterIds(token, config.MaxWordLength))],
            tags is null ? new int[tokens.Count] : [.. tags.Select(tag => TagId(config, tag))]);

    private static int TagId(TaggerConfig config, string tag)
    {
        for (var id = 0; id < config.Tags.Count; id++)
        {
            if (config.Tags[id] == tag)
                return id;
        }
        throw new DataException("the data", $"'{tag}' is none of the model's tags: {string.Join(", ", config.Tags)}");
    }
}
