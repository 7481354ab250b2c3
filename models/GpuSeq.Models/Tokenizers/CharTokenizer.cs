using System.Text;

namespace GpuSeq.Models;

/// <summary>The characters of a text as tokens; a character that was not in it cannot be encoded.</summary>
/// <param name="vocabulary">The characters.</param>
public sealed class CharTokenizer(CharVocabulary vocabulary) : ITokenizer
{
    /// <summary>The characters with their ids.</summary>
    internal const string FileName = "vocab.json";

    private readonly byte[][] _bytes =
        [.. Enumerable.Range(0, vocabulary.Count).Select(id => Encoding.UTF8.GetBytes(vocabulary.Decode(id)))];

    /// <inheritdoc/>
    public int Count => vocabulary.Count;

    /// <summary>The characters of texts, numbered in the order of their code points.</summary>
    public static CharTokenizer Of(params IEnumerable<string> texts) => new(CharVocabulary.Of(string.Concat(texts)));

    /// <summary>Reads what <see cref="Save"/> writes, or the file of a run of <c>char-rnn</c>.</summary>
    /// <exception cref="DataException">It cannot be read, or is not a vocabulary of characters.</exception>
    public static CharTokenizer Load(string folder) => new(CharVocabulary.Load(Path.Combine(folder, FileName)));

    /// <summary>Writes <c>vocab.json</c>.</summary>
    /// <inheritdoc/>
    public void Save(string folder) => vocabulary.Save(Path.Combine(folder, FileName));

    /// <inheritdoc/>
    public int[] Encode(string text) => vocabulary.Encode(text);

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids) => Tokenizers.Text(this, ids);

    /// <inheritdoc/>
    public int? Find(string token) =>
        Rune.DecodeFromUtf16(token, out _, out var length) == System.Buffers.OperationStatus.Done && length == token.Length
            ? vocabulary.Find(token)
            : null;

    /// <inheritdoc/>
    public string TokenOf(int id) => Encoding.UTF8.GetString(BytesOf(id));

    /// <inheritdoc/>
    public ReadOnlySpan<byte> BytesOf(int id) => Tokenizers.Of(_bytes, id);
}
