using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// Decodes tokens as they come: a character whose bytes are spread over several tokens appears with the last of them. All that is
/// returned, put together, is what <see cref="ITokenizer.Decode"/> makes of the same ids.
/// </summary>
/// <param name="tokenizer">What the ids are of.</param>
public sealed class TokenStream(ITokenizer tokenizer)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>Adds a token.</summary>
    /// <returns>The characters that are whole now; often none, or several.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tokenizer has no such id.</exception>
    public string Append(int id) => Read(tokenizer.BytesOf(id), flush: false);

    /// <summary>Ends the text; the stream may then begin another.</summary>
    /// <returns>U+FFFD where the last character lacks bytes, else nothing.</returns>
    public string Flush() => Read([], flush: true);

    private string Read(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        return new(characters, 0, _decoder.GetChars(bytes, characters, flush));
    }
}
