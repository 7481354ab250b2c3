using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// GPT-2's byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): a text is cut into words, each word into its
/// UTF-8 bytes, and the pairs that training found most often are merged. Every text can be encoded, and decoding gives it back.
/// </summary>
/// <remarks>
/// The spelling of a special token such as <c>&lt;|endoftext|&gt;</c> that stands in a text is encoded as text, so that no text can
/// pretend to be one; <see cref="PieceTokenizer.Encode(string, bool)"/> recognizes them when asked. Half a surrogate pair, which has
/// no UTF-8, is encoded as U+FFFD.
/// </remarks>
public sealed class ByteLevelBpe : PieceTokenizer
{
    private readonly BpeVocabulary _vocabulary;
    private readonly byte[][] _bytes; // of each token
    private readonly int[] _ofBytes; // the token of each byte
    private readonly PairMerger _merger;
    private readonly PieceCache _words;

    private ByteLevelBpe(BpeVocabulary vocabulary, string source)
        : base(vocabulary.Tokens, vocabulary.Added, vocabulary.Frame)
    {
        _vocabulary = vocabulary;
        _bytes = [.. vocabulary.Tokens.Select(token => ByteAlphabet.BytesOf(token) ?? Encoding.UTF8.GetBytes(token))];
        foreach (var token in vocabulary.Added)
            _bytes[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        _ofBytes = [.. Enumerable.Range(0, 256).Select(value => TokenOfByte((byte)value, source))];
        _merger = new(vocabulary.Merges);
        _words = new(EncodeWord);
    }

    /// <summary>
    /// Learns an encoding: what occurs most often side by side within words becomes a token, again and again; of pairs that occur
    /// equally often, the one of the smallest ids. Pairs that occur only once stay apart.
    /// </summary>
    /// <param name="texts">What it learns from.</param>
    /// <param name="vocabSize">V, the most tokens: the special ones, 256 bytes, and merges; fewer where nothing is left to merge.</param>
    /// <param name="special">Special tokens; they get the first ids, in their order.</param>
    /// <exception cref="ArgumentException">The vocabulary has no room for the special tokens and bytes, or a special token is empty,
    /// stands twice or is spelled like a byte.</exception>
    public static ByteLevelBpe Train(IEnumerable<string> texts, int vocabSize, params IReadOnlyList<string> special) =>
        new(BpeTraining.Train(texts, vocabSize, special), "training");

    /// <summary>
    /// Reads <c>tokenizer.json</c>, or where there is none <c>vocab.json</c> and <c>merges.txt</c>. Of these two the tokens that no
    /// merge makes are taken to be special.
    /// </summary>
    /// <exception cref="DataException">A file cannot be read or has a fault; names it and the line or entry.</exception>
    public static ByteLevelBpe Load(string folder) => new(BpeFiles.Load(folder), folder);

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c> and <c>tokenizer.json</c>.</summary>
    /// <inheritdoc/>
    public override void Save(string folder) => BpeFiles.Save(folder, _vocabulary, this);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> BytesOf(int id) => Tokenizers.Of(_bytes, id);

    private protected override void EncodePart(ReadOnlySpan<char> part, int offset, PieceList pieces)
    {
        if (_vocabulary.AddsPrefixSpace && part.Length > 0 && part[0] != ' ')
        {
            // The blank that is put before the text stands nowhere.
            var first = pieces.Pieces.Count;
            EncodeWords($" {part}", offset - 1, pieces);
            if (pieces.Pieces[first].Start < offset)
                pieces.Pieces[first] = pieces.Pieces[first] with { Start = offset };
            return;
        }
        EncodeWords(part, offset, pieces);
    }

    private void EncodeWords(ReadOnlySpan<char> text, int offset, PieceList pieces)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = WordScanner.End(text, start);
            pieces.Add(_words.Of(text[start..end]), offset + start);
            start = end;
        }
    }

    private int TokenOfByte(byte value, string source) => Find(ByteAlphabet.CharacterOf(value).ToString())
        ?? throw new DataException(source, $"the vocabulary lacks the token '{ByteAlphabet.CharacterOf(value)}' of byte 0x{value:X2}");

    private Piece[] EncodeWord(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        var tokens = Array.ConvertAll(bytes, value => _ofBytes[value]);
        return Places(word, tokens.AsSpan(0, _merger.Merge(tokens)));
    }

    // A token that begins or ends within a character stands where the whole character does. The blank before a word is not in its place.
    private Piece[] Places(ReadOnlySpan<char> word, ReadOnlySpan<int> tokens)
    {
        var pieces = new Piece[tokens.Length];
        var least = word.Length > 1 && word[0] == ' ' && !char.IsWhiteSpace(word[1]) ? 1 : 0;
        var (at, taken) = (0, 0); // the next character, and how many of its bytes are taken
        for (var index = 0; index < tokens.Length; index++)
        {
            var (start, end) = (at, at);
            taken += _bytes[tokens[index]].Length;
            while (taken > 0)
            {
                Rune.DecodeFromUtf16(word[at..], out var rune, out var units);
                end = at + units;
                if (taken < rune.Utf8SequenceLength)
                    break;
                (at, taken) = (end, taken - rune.Utf8SequenceLength);
            }
            pieces[index] = new(tokens[index], Math.Max(start, least), end, 0);
        }
        return pieces;
    }
}
