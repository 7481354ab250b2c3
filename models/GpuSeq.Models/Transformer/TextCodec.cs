using System.Text;

namespace GpuSeq.Models;

/// <summary>Makes tokens of the texts of pairs, and texts of tokens: by one tokenizer for both sides, or by one for each.</summary>
/// <param name="source">Of what is read.</param>
/// <param name="target">Of what is written; it may be the same.</param>
/// <param name="maxLength">The most tokens of a source with its end; longer ones are cut.</param>
internal sealed class TextCodec(ITokenizer source, ITokenizer target, int maxLength)
{
    private const string SourceFolder = "source";
    private const string TargetFolder = "target";

    private static readonly string[] Special =
        [Vocabulary.Padding, Vocabulary.Unknown, SentenceVocabulary.Begin, SentenceVocabulary.End];

    public ITokenizer Source => source;

    public ITokenizer Target => target;

    /// <summary>Learns byte-pair encodings.</summary>
    public static TextCodec Train(IReadOnlyList<SentencePair> pairs, int vocabSize, bool isShared, int maxLength)
    {
        var (sources, targets) = (pairs.Select(pair => Prepared(pair.Source)), pairs.Select(pair => Prepared(pair.Target)));
        if (!isShared)
            return new(ByteLevelBpe.Train(sources, vocabSize, Special), ByteLevelBpe.Train(targets, vocabSize, Special), maxLength);
        var both = ByteLevelBpe.Train(sources.Concat(targets), vocabSize, Special);
        return new(both, both, maxLength);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="DataException">A file cannot be read, or does not fit the model.</exception>
    public static TextCodec Load(RunFolder run, TransformerConfig config)
    {
        if (!config.SharedVocabulary)
        {
            return new(
                Load(run.File(SourceFolder), config.SourceVocabSize), Load(run.File(TargetFolder), config.TargetVocabSize),
                config.MaxPositions);
        }
        var both = Load(run.Path, config.SourceVocabSize);
        return new(both, both, config.MaxPositions);
    }

    /// <summary>Writes the tokenizers' files into a model folder.</summary>
    public void Save(string folder)
    {
        if (ReferenceEquals(source, target))
        {
            source.Save(folder);
            return;
        }
        source.Save(Directory.CreateDirectory(Path.Combine(folder, SourceFolder)).FullName);
        target.Save(Directory.CreateDirectory(Path.Combine(folder, TargetFolder)).FullName);
    }

    /// <summary>The tokens of a source and the end.</summary>
    public int[] EncodeSource(string text)
    {
        var ids = source.Encode(Prepared(text));
        return [.. ids.Length < maxLength ? ids : ids[..(maxLength - 1)], SentenceVocabulary.EndId];
    }

    /// <summary>The tokens of a target.</summary>
    public int[] EncodeTarget(string text) => target.Encode(Prepared(text));

    /// <summary>The tokens of a pair; null where it is too long to learn from.</summary>
    public EncodedPair? Encode(SentencePair pair)
    {
        var (ids, targets) = (source.Encode(Prepared(pair.Source)), EncodeTarget(pair.Target));
        return Math.Max(ids.Length, targets.Length) < maxLength ? new([.. ids, SentenceVocabulary.EndId], targets) : null;
    }

    /// <summary>The text of tokens that were written.</summary>
    public string Decode(IEnumerable<int> ids) => target.Decode(ids).Trim();

    /// <summary>Each token as people read it.</summary>
    public static string[] Spell(ITokenizer tokenizer, IEnumerable<int> ids) =>
        [.. ids.Select(id => id == SentenceVocabulary.EndId ? SentenceVocabulary.End : tokenizer.Decode([id]).Trim())];

    // A space before the first word makes it the same token as within a text.
    private static string Prepared(string text) => $" {text.Normalized(NormalizationForm.FormC)}";

    private static ITokenizer Load(string folder, int size)
    {
        var tokenizer = Tokenizers.Load(folder);
        if (tokenizer.Count != size)
            throw new DataException(folder, $"the tokenizer has {tokenizer.Count} tokens, and the model {size}");
        return Stands(SentenceVocabulary.Begin, SentenceVocabulary.BeginId) && Stands(SentenceVocabulary.End, SentenceVocabulary.EndId)
            ? tokenizer
            : throw new DataException(folder, "its tokens are not those of such a model: tokens 2 and 3 are not <s> and </s>");

        bool Stands(string token, int id) => tokenizer.Find(token) == id;
    }
}
