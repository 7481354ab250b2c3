using System.Collections.Concurrent;
using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// GPT-2's byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): a text is cut into words, each word into its
/// UTF-8 bytes, and the pairs that training found most often are merged. Every text can be encoded, and decoding gives it back.
/// </summary>
/// <remarks>
/// The spelling of a special token such as <c>&lt;|endoftext|&gt;</c> that stands in a text is encoded as text, so that no text can
/// pretend to be one; <see cref="Encode(string, bool)"/> recognizes them when asked. Half a surrogate pair, which has no UTF-8, is
/// encoded as U+FFFD.
/// </remarks>
public sealed class ByteLevelBpe : ITokenizer
{
    private const int MostCachedWords = 1 << 16;
    private const int LongestCachedWord = 64;

    private readonly BpeVocabulary _vocabulary;
    private readonly Dictionary<string, int> _ids;
    private readonly byte[][] _bytes; // of each token
    private readonly int[] _ofBytes; // the token of each byte
    private readonly AddedTokens _added;
    private readonly PairMerger _merger;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private int _cachedWords;

    private ByteLevelBpe(BpeVocabulary vocabulary, string source)
    {
        _vocabulary = vocabulary;
        _ids = vocabulary.Tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        _bytes = [.. vocabulary.Tokens.Select(token => ByteAlphabet.BytesOf(token) ?? Encoding.UTF8.GetBytes(token))];
        foreach (var token in vocabulary.Added)
            _bytes[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        _ofBytes = [.. Enumerable.Range(0, 256).Select(value => TokenOfByte((byte)value, source))];
        _added = new(vocabulary.Added);
        _merger = new(vocabulary.Merges);
    }

    /// <inheritdoc/>
    public int Count => _bytes.Length;

    /// <summary>The tokens that mark something, such as the end of a text, in the order of their ids.</summary>
    public IReadOnlyList<string> Special =>
        [.. _vocabulary.Added.Where(token => token.Special).OrderBy(token => token.Id).Select(token => token.Content)];

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
    public void Save(string folder) => BpeFiles.Save(folder, _vocabulary);

    /// <inheritdoc/>
    public int[] Encode(string text) => Encode(text, recognizesSpecial: false);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="recognizesSpecial">Whether the spelling of an added or special token stands for the token.</param>
    public int[] Encode(string text, bool recognizesSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length / 3);
        var rest = text.AsSpan();
        while (recognizesSpecial && _added.Find(rest, out var before, out var after) is { } token)
        {
            EncodeText(rest[..before], ids);
            ids.Add(token.Id);
            rest = rest[after..];
        }
        EncodeText(rest, ids);
        return [.. ids];
    }

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids) => Tokenizers.Text(this, ids);

    /// <summary>The text of ids without that of special tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below <see cref="Count"/>.</exception>
    public string DecodeWithoutSpecial(IEnumerable<int> ids)
    {
        var special = _vocabulary.Added.Where(token => token.Special).Select(token => token.Id).ToHashSet();
        return Decode(ids.Where(id => !special.Contains(id)));
    }

    /// <inheritdoc/>
    public int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <inheritdoc/>
    public string TokenOf(int id) => Tokenizers.Of(_vocabulary.Tokens, id);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> BytesOf(int id) => Tokenizers.Of(_bytes, id);

    private int TokenOfByte(byte value, string source) => Find(ByteAlphabet.CharacterOf(value).ToString())
        ?? throw new DataException(source, $"the vocabulary lacks the token '{ByteAlphabet.CharacterOf(value)}' of byte 0x{value:X2}");

    private void EncodeText(ReadOnlySpan<char> text, List<int> ids)
    {
        if (_vocabulary.AddsPrefixSpace && text.Length > 0 && text[0] != ' ')
            text = $" {text}";
        var cached = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var start = 0; start < text.Length;)
        {
            var end = WordScanner.End(text, start);
            var word = text[start..end];
            if (!cached.TryGetValue(word, out var tokens))
            {
                tokens = EncodeWord(word);
                if (word.Length <= LongestCachedWord && _cachedWords < MostCachedWords && cached.TryAdd(word, tokens))
                    Interlocked.Increment(ref _cachedWords);
            }
            CollectionExtensions.AddRange(ids, tokens);
            start = end;
        }
    }

    private int[] EncodeWord(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        var tokens = Array.ConvertAll(bytes, value => _ofBytes[value]);
        return tokens[.._merger.Merge(tokens)];
    }
}
