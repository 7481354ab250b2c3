using System.Buffers;
using System.Text;

namespace GpuSeq.Models;

/// <summary>What the tokens of a tokenizer are.</summary>
public enum TokenizerKind
{
    /// <summary>Bytes and merges of them: <see cref="ByteLevelBpe"/>.</summary>
    Bpe,

    /// <summary>Pieces of words, in a normal form: <see cref="WordPiece"/>.</summary>
    Wordpiece,

    /// <summary>Pieces of words, of which the most probable are taken: <see cref="GpuSeq.Models.Unigram"/>.</summary>
    Unigram,

    /// <summary>Characters: <see cref="CharTokenizer"/>.</summary>
    Char,

    /// <summary>Bytes: <see cref="ByteTokenizer"/>.</summary>
    Byte,
}

/// <summary>Makes and reads tokenizers of all kinds.</summary>
public static class Tokenizers
{
    private static readonly string[] Files =
    [
        TokenizerFile.Name, WordPieceFiles.VocabularyFile, BpeFiles.MergesFile, ByteTokenizer.FileName, CharTokenizer.FileName,
    ];

    /// <summary>Learns a tokenizer from texts.</summary>
    /// <inheritdoc cref="Train(TokenizerKind, IEnumerable{string}, int, bool, IReadOnlyList{string})"/>
    public static ITokenizer Train(TokenizerKind kind, IEnumerable<string> texts, int vocabSize, params IReadOnlyList<string> special) =>
        Train(kind, texts, vocabSize, isCased: false, special);

    /// <summary>Learns a tokenizer from texts.</summary>
    /// <param name="kind">What its tokens are.</param>
    /// <param name="texts">What it learns from; bytes need none.</param>
    /// <param name="vocabSize">V, the most tokens; characters and bytes are as many as they are.</param>
    /// <param name="isCased">Whether word pieces keep capitals and accents; the other kinds keep all there is.</param>
    /// <param name="special">
    /// Special tokens of byte-pair encoding; word pieces always have those of BERT or ALBERT, and characters and bytes have none.
    /// </param>
    /// <exception cref="ArgumentException">The vocabulary is too small, or the special tokens do not suit the kind.</exception>
    public static ITokenizer Train(
        TokenizerKind kind, IEnumerable<string> texts, int vocabSize, bool isCased, params IReadOnlyList<string> special)
    {
        if (kind != TokenizerKind.Bpe && special.Count > 0)
            throw new ArgumentException($"A tokenizer of kind '{kind}' has no special tokens of one's own.", nameof(special));
        return kind switch
        {
            TokenizerKind.Bpe => ByteLevelBpe.Train(texts, vocabSize, special),
            TokenizerKind.Wordpiece => WordPiece.Train(texts, vocabSize, new() { LowerCase = !isCased }),
            TokenizerKind.Unigram => Unigram.Train(texts, vocabSize, new() { LowerCase = !isCased, StripAccents = !isCased }),
            TokenizerKind.Char => CharTokenizer.Of(texts),
            TokenizerKind.Byte => new ByteTokenizer(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }

    /// <summary>
    /// Reads the tokenizer of a model's folder: what <c>tokenizer.json</c> says its model is, else a <see cref="WordPiece"/> where there
    /// is <c>vocab.txt</c>, a <see cref="ByteLevelBpe"/> where there is <c>merges.txt</c>, a <see cref="ByteTokenizer"/> where
    /// <c>byte_tokenizer.json</c> says so, else a <see cref="CharTokenizer"/> of <c>vocab.json</c>.
    /// </summary>
    /// <exception cref="DataException">There is none, or its files have a fault; names the file and the line or entry.</exception>
    public static ITokenizer Load(string folder)
    {
        if (TokenizerFile.In(folder) is { } file)
        {
            return file.Type switch
            {
                BpeFiles.Type => ByteLevelBpe.Load(folder),
                WordPieceFiles.Type => WordPiece.Load(folder),
                UnigramFiles.Type => Unigram.Load(folder),
                var type => throw new DataException(file.Path, $"the model is of type '{type}', which is not supported"),
            };
        }
        if (Holds(folder, WordPieceFiles.VocabularyFile))
            return WordPiece.Load(folder);
        if (Holds(folder, BpeFiles.MergesFile))
            return ByteLevelBpe.Load(folder);
        if (Holds(folder, ByteTokenizer.FileName))
            return ByteTokenizer.Load(folder);
        if (Holds(folder, CharTokenizer.FileName))
            return CharTokenizer.Load(folder);
        throw new DataException(folder, Directory.Exists(folder)
            ? $"it holds no tokenizer, none of {string.Join(", ", Files)}"
            : "there is no such folder");
    }

    /// <summary>Whether a folder holds files of a tokenizer.</summary>
    public static bool AreIn(string folder) => Files.Any(file => Holds(folder, file));

    /// <summary>The text of what tokens add to it.</summary>
    internal static string Text(ITokenizer tokenizer, IEnumerable<int> ids)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var id in ids)
            bytes.Write(tokenizer.BytesOf(id));
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Looks up what belongs to an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    internal static T Of<T>(IReadOnlyList<T> values, int id) => (uint)id < values.Count
        ? values[id]
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"Ids of tokens end with {values.Count - 1}.");

    private static bool Holds(string folder, string file) => File.Exists(Path.Combine(folder, file));
}
