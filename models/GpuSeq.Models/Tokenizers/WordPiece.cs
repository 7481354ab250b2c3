using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// WordPiece as BERT has it (Wu et al. 2016; Devlin et al. 2019): words are cut at blanks and punctuation and brought into a normal
/// form; each is then taken apart from the left into the longest pieces that the vocabulary has. Pieces that go on within a word are
/// spelled with <c>##</c>. A word that cannot be spelled becomes the unknown token.
/// </summary>
/// <remarks>What decoding gives back is words with blanks between them, without those before most punctuation, as on the Hub.</remarks>
public sealed class WordPiece : PieceTokenizer
{
    private readonly WordPieceVocabulary _vocabulary;
    private readonly WordPieceOptions _options;
    private readonly PieceTrie _trie = new();
    private readonly int _continuation; // where the pieces that go on begin in the trie
    private readonly int _unknown;
    private readonly byte[][] _bytes;

    internal WordPiece(WordPieceVocabulary vocabulary)
        : base(vocabulary.Tokens, vocabulary.Added, vocabulary.Frame)
    {
        (_vocabulary, _options, _unknown) = (vocabulary, vocabulary.Options, vocabulary.Unknown);
        for (var id = 0; id < Count; id++)
        {
            if (Tokens[id].Length > 0)
                _trie.Add(Tokens[id], id);
        }
        _continuation = _trie.Reach(_options.Continuation);
        _bytes = [.. Tokens.Select(token => Continues(token) ? token[_options.Continuation.Length..] : $" {token}")
            .Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>How text is prepared.</summary>
    public WordPieceOptions Options => _options;

    /// <summary>
    /// Learns a vocabulary: the special tokens <c>[PAD] [UNK] [CLS] [SEP] [MASK]</c> get ids 0 to 4, then come the characters, and then
    /// what occurs most often side by side within words becomes a piece, again and again, as Hugging Face's <c>WordPieceTrainer</c>
    /// does it; of pairs that occur equally often, the one of the smallest ids. Pairs that occur only once stay apart.
    /// </summary>
    /// <param name="texts">What it learns from.</param>
    /// <param name="vocabSize">V, the most tokens; fewer where nothing is left to merge.</param>
    /// <param name="options">How text is prepared; those of BERT's uncased models where there are none.</param>
    /// <exception cref="ArgumentException">The vocabulary has no room for the special tokens and the characters.</exception>
    public static WordPiece Train(IEnumerable<string> texts, int vocabSize, WordPieceOptions? options = null) =>
        new(WordPieceTraining.Train(texts, vocabSize, options ?? new()));

    /// <summary>Reads <c>tokenizer.json</c>, or where there is none <c>vocab.txt</c>, with <c>tokenizer_config.json</c> if it is there.
    /// </summary>
    /// <exception cref="DataException">A file cannot be read or has a fault; names it and the line or entry.</exception>
    public static WordPiece Load(string folder) => new(WordPieceFiles.Load(folder));

    /// <summary>
    /// Writes <c>vocab.txt</c>, <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.
    /// </summary>
    /// <inheritdoc/>
    public override void Save(string folder) => WordPieceFiles.Save(folder, _vocabulary, this);

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            var token = TokenOf(id);
            // A piece that goes on, with nothing before it, stays as it is spelled.
            if (text.Length > 0 && Continues(token))
                text.Append(token, _options.Continuation.Length, token.Length - _options.Continuation.Length);
            else
                text.Append(text.Length > 0 ? " " : "").Append(token);
        }
        return WordCleanup.Clean(text.ToString().Trim());
    }

    /// <summary>A word and the blank before it, or what a piece that goes on adds; blanks before punctuation are not left out.</summary>
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> BytesOf(int id) => Tokenizers.Of(_bytes, id);

    private protected override void EncodePart(ReadOnlySpan<char> part, int offset, PieceList pieces)
    {
        var words = new BasicWords(part, offset, _options);
        while (words.MoveNext())
        {
            pieces.BeginWord();
            if (!IsShort(words.Current) || !Match(ref words, pieces))
            {
                var (start, end) = words.Source(0, words.Current.Length);
                pieces.Replace(_unknown, start, end);
            }
        }
    }

    private bool Match(ref BasicWords words, PieceList pieces)
    {
        var word = words.Current;
        var node = PieceTrie.Root;
        for (var begin = 0; begin < word.Length; node = _continuation)
        {
            var id = _trie.Longest(word[begin..], node, out var length);
            if (length == 0)
                return false;
            var (start, end) = words.Source(begin, begin + length);
            pieces.Add(id, start, end);
            begin += length;
        }
        return true;
    }

    private bool IsShort(ReadOnlySpan<char> word)
    {
        var characters = word.Length;
        if (characters <= _options.LongestWord)
            return true;
        foreach (var character in word)
            characters -= char.IsLowSurrogate(character) ? 1 : 0;
        return characters <= _options.LongestWord;
    }

    private bool Continues(string token) => token.Length > _options.Continuation.Length && _options.Continuation.Length > 0
        && token.StartsWith(_options.Continuation, StringComparison.Ordinal);
}
