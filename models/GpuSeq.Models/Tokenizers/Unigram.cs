using System.Globalization;
using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// The unigram language model of pieces (Kudo 2018), as SentencePiece and ALBERT have it: each piece has a probability, and a word is
/// spelled in the most probable way. Words begin with a visible blank, U+2581.
/// </summary>
/// <remarks>
/// Characters that no piece has become the unknown token, or where the files say so their bytes. What decoding gives back is the
/// normalized text.
/// </remarks>
public sealed class Unigram : PieceTokenizer
{
    private readonly UnigramVocabulary _vocabulary;
    private readonly PieceTrie _trie = new();
    private readonly double _least;
    private readonly byte[][] _bytes;
    private readonly int[]? _ofBytes;
    private readonly PieceCache _chunks;

    internal Unigram(UnigramVocabulary vocabulary)
        : base(vocabulary.Tokens, vocabulary.Added, vocabulary.Frame)
    {
        _vocabulary = vocabulary;
        if (vocabulary.FallsBackToBytes)
            _ofBytes = [.. Enumerable.Range(0, 256).Select(value => Find(ByteToken(value)) ?? -1)];
        var apart = vocabulary.Added.Select(token => token.Id).Concat(_ofBytes ?? []).ToHashSet();
        if (vocabulary.Unknown is { } unknown)
            apart.Add(unknown);
        for (var id = 0; id < Count; id++)
        {
            if (apart.Contains(id) || Tokens[id].Length == 0)
                continue;
            _trie.Add(Tokens[id], id);
            _least = Math.Min(_least, vocabulary.Scores[id]);
        }
        _bytes = [.. Tokens.Select(token => Encoding.UTF8.GetBytes(token.Replace(Metaspace.Blank, ' ')))];
        for (var value = 0; value < (_ofBytes?.Length ?? 0); value++)
        {
            if (_ofBytes![value] >= 0)
                _bytes[_ofBytes[value]] = [(byte)value];
        }
        _chunks = new(EncodeChunk);
    }

    /// <summary>
    /// Learns a vocabulary by expectation maximization: from many frequent parts of words, those go again and again whose loss matters
    /// least (Kudo 2018, section 3.2). The special tokens <c>&lt;pad&gt; &lt;unk&gt; [CLS] [SEP] [MASK]</c> get ids 0 to 4.
    /// </summary>
    /// <param name="texts">What it learns from.</param>
    /// <param name="vocabSize">V, the most tokens; fewer where the texts do not have as many.</param>
    /// <param name="options">How text is prepared; as for ALBERT where there are none.</param>
    /// <exception cref="ArgumentException">The vocabulary has no room for the special tokens and the characters.</exception>
    public static Unigram Train(IEnumerable<string> texts, int vocabSize, UnigramOptions? options = null) =>
        new(UnigramTraining.Train(texts, vocabSize, options ?? new()));

    /// <summary>Reads <c>tokenizer.json</c>.</summary>
    /// <exception cref="DataException">It cannot be read or has a fault; names the entry.</exception>
    public static Unigram Load(string folder) => new(UnigramFiles.Load(folder));

    /// <summary>Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
    /// <inheritdoc/>
    public override void Save(string folder) => UnigramFiles.Save(folder, _vocabulary, this);

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => base.Decode(ids) is [' ', .. var text] ? text : base.Decode(ids);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> BytesOf(int id) => Tokenizers.Of(_bytes, id);

    /// <summary>The token of a byte, where characters may be spelled with them.</summary>
    internal static string ByteToken(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    // Where blanks only separate words, what stands between two of them is normalized and spelled by itself, and remembered.
    private protected override void EncodePart(ReadOnlySpan<char> part, int offset, PieceList pieces)
    {
        var (splits, prepend) = (_vocabulary.Metaspace.SplitsAtBlanks, _vocabulary.Metaspace.Prepend);
        if (!splits || prepend == PrependScheme.First)
        {
            pieces.Add(EncodeAll(part, isFirst: offset == 0 || prepend == PrependScheme.Always), offset);
            return;
        }
        for (var begin = 0; begin < part.Length;)
        {
            var end = begin;
            while (end < part.Length && !char.IsWhiteSpace(part[end]))
                end++;
            if (end > begin)
                pieces.Add(_chunks.Of(part[begin..end]), offset + begin);
            begin = end + 1;
        }
    }

    private Piece[] EncodeChunk(ReadOnlySpan<char> chunk) => EncodeAll(chunk, isFirst: false);

    private Piece[] EncodeAll(ReadOnlySpan<char> text, bool isFirst)
    {
        var (aligned, pieces) = (new AlignedText(), new PieceList(text.Length / 4));
        aligned.Append(text, start: 0);
        _vocabulary.Normalizer.Apply(aligned);
        var lattice = new UnigramLattice(_trie, _vocabulary.Scores, _least);
        var spelling = new List<(int Begin, int End, int Id)>();
        foreach (var word in _vocabulary.Metaspace.Words(aligned, isFirst))
        {
            var (characters, sources) = word.ToUnits();
            lattice.Best(characters, spelling);
            pieces.BeginWord();
            AddWord(characters, sources, spelling, pieces);
        }
        return [.. pieces.Pieces];
    }

    // Unknown characters side by side become one token.
    private void AddWord(string characters, AlignedRune[] sources, List<(int Begin, int End, int Id)> spelling, PieceList pieces)
    {
        for (var at = 0; at < spelling.Count; at++)
        {
            var (begin, end, id) = spelling[at];
            if (id < 0 && _ofBytes is null)
            {
                while (at + 1 < spelling.Count && spelling[at + 1].Id < 0)
                    end = spelling[++at].End;
            }
            var (start, stop) = (sources[begin].Start, sources[begin].End);
            foreach (var source in sources.AsSpan(begin, end - begin))
                (start, stop) = (Math.Min(start, source.Start), Math.Max(stop, source.End));
            if (id >= 0)
                pieces.Add(id, start, stop);
            else
                AddUnknown(characters.AsSpan(begin, end - begin), start, stop, pieces);
        }
    }

    private void AddUnknown(ReadOnlySpan<char> characters, int start, int end, PieceList pieces)
    {
        if (_ofBytes is not null)
        {
            var bytes = new byte[Encoding.UTF8.GetMaxByteCount(characters.Length)];
            var tokens = Array.ConvertAll(bytes[..Encoding.UTF8.GetBytes(characters, bytes)], value => _ofBytes[value]);
            if (tokens.All(token => token >= 0))
            {
                foreach (var token in tokens)
                    pieces.Add(token, start, end);
                return;
            }
        }
        if (_vocabulary.Unknown is { } unknown)
            pieces.Add(unknown, start, end);
    }
}
