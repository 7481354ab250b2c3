using System.Collections.Concurrent;
using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// GPT-2's byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): a text is cut into words, each word into its
/// UTF-8 bytes, and the pairs that training found most often are merged. Every text can be encoded, and decoding gives it back.
/// </summary>
/// <remarks>
/// The spelling of a special token such as <c>&lt;|endoftext|&gt;</c> that stands in a text is encoded as text, so that no text can
/// pretend to be one; <see cref="PieceTokenizer.Encode(string, bool)"/> recognizes them when asked. Half a surrogate pair, which has no UTF-8, is
/// encoded as U+FFFD.
/// </remarks>
public sealed class ByteLevelBpe : PieceTokenizer
{
    private const int MostCachedWords = 1 << 16;
    private const int LongestCachedWord = 64;

    private readonly BpeVocabulary _vocabulary;
    private readonly byte[][] _bytes; // of each token
    private readonly int[] _ofBytes; // the token of each byte
    private readonly PairMerger _merger;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private int _cachedWords;

    private ByteLevelBpe(BpeVocabulary vocabulary, string source)
        : base(vocabulary.Tokens, vocabulary.Added, frame: null)
    {
        _vocabulary = vocabulary;
        _bytes = [.. vocabulary.Tokens.Select(token => ByteAlphabet.BytesOf(token) ?? Encoding.UTF8.GetBytes(token))];
        foreach (var token in vocabulary.Added)
            _bytes[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        _ofBytes = [.. Enumerable.Range(0, 256).Select(value => TokenOfByte((byte)value, source))];
        _merger = new(vocabulary.Merges);
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

    /// <summary>Whether a folder holds the files of one.</summary>
    internal static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, BpeFiles.TokenizerFile)) || File.Exists(Path.Combine(folder, BpeFiles.MergesFile));

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c> and <c>tokenizer.json</c>.</summary>
    /// <inheritdoc/>
    public override void Save(string folder) => BpeFiles.Save(folder, _vocabulary);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> BytesOf(int id) => Tokenizers.Of(_bytes, id);

    private protected override void EncodePart(ReadOnlySpan<char> part, int offset, PieceList pieces)
    {
        var least = offset; // the blank that is put before the text stands nowhere
        if (_vocabulary.AddsPrefixSpace && part.Length > 0 && part[0] != ' ')
        {
            part = $" {part}";
            offset--;
        }
        var cached = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var start = 0; start < part.Length;)
        {
            var end = WordScanner.End(part, start);
            var word = part[start..end];
            if (!cached.TryGetValue(word, out var tokens))
            {
                tokens = EncodeWord(word);
                if (word.Length <= LongestCachedWord && _cachedWords < MostCachedWords && cached.TryAdd(word, tokens))
                    Interlocked.Increment(ref _cachedWords);
            }
            AddPieces(word, tokens, offset + start, least, pieces);
            start = end;
        }
    }

    private int TokenOfByte(byte value, string source) => Find(ByteAlphabet.CharacterOf(value).ToString())
        ?? throw new DataException(source, $"the vocabulary lacks the token '{ByteAlphabet.CharacterOf(value)}' of byte 0x{value:X2}");

    private int[] EncodeWord(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        var tokens = Array.ConvertAll(bytes, value => _ofBytes[value]);
        return tokens[.._merger.Merge(tokens)];
    }

    // A token that begins or ends within a character stands where the whole character does; a blank that begins a longer one, before it.
    private void AddPieces(ReadOnlySpan<char> word, int[] tokens, int offset, int least, PieceList pieces)
    {
        pieces.BeginWord();
        var (at, taken) = (0, 0); // the next character, and how many of its bytes are taken
        foreach (var token in tokens)
        {
            var start = at;
            var end = at;
            taken += _bytes[token].Length;
            while (taken > 0)
            {
                Rune.DecodeFromUtf16(word[at..], out var rune, out var units);
                end = at + units;
                if (taken < rune.Utf8SequenceLength)
                    break;
                (at, taken) = (end, taken - rune.Utf8SequenceLength);
            }
            if (start == 0 && end > 1 && word[0] == ' ')
                start = 1;
            pieces.Add(token, Math.Max(offset + start, least), offset + end);
        }
    }
}
