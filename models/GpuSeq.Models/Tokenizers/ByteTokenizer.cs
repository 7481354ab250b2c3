using System.Text;

namespace GpuSeq.Models;

/// <summary>The bytes of UTF-8 as tokens: 256 ids, no vocabulary to learn, and no text that cannot be written.</summary>
/// <remarks>Half a surrogate pair, which has no UTF-8, is encoded as U+FFFD.</remarks>
public sealed class ByteTokenizer : ITokenizer
{
    /// <summary>Says that a folder's tokenizer is this one.</summary>
    internal const string FileName = "byte_tokenizer.json";

    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    private static readonly string[] Tokens = [.. Bytes.Select(value => ByteAlphabet.CharacterOf(value).ToString())];

    /// <inheritdoc/>
    public int Count => Bytes.Length;

    /// <summary>Reads what <see cref="Save"/> writes.</summary>
    /// <exception cref="DataException">It cannot be read, or tells of another number of tokens.</exception>
    public static ByteTokenizer Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return JsonFile.Load<Description>(path, "a tokenizer of bytes").VocabSize == Bytes.Length
            ? new()
            : throw new DataException(path, $"a tokenizer of bytes has a vocab_size of {Bytes.Length}");
    }

    /// <summary>Writes <c>byte_tokenizer.json</c>.</summary>
    /// <inheritdoc/>
    public void Save(string folder) => JsonFile.Save(Path.Combine(folder, FileName), new Description(Bytes.Length));

    /// <inheritdoc/>
    public int[] Encode(string text) => Array.ConvertAll(Encoding.UTF8.GetBytes(text), value => (int)value);

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids) => Tokenizers.Text(this, ids);

    /// <inheritdoc/>
    public int? Find(string token) => ByteAlphabet.BytesOf(token) is [var value] ? value : null;

    /// <summary>The byte as GPT-2's files spell it: a visible character for each.</summary>
    /// <inheritdoc/>
    public string TokenOf(int id) => Tokenizers.Of(Tokens, id);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> BytesOf(int id) => new(in Bytes[Tokenizers.Of(Bytes, id)]);

    private sealed record Description(int VocabSize);
}
