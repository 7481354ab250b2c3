namespace GpuSeq.Models;

/// <summary>What tokenizers of pieces have in common: tokens with their ids, added tokens that are found first, and the frame.</summary>
public abstract class PieceTokenizer : IPieceTokenizer
{
    private readonly IReadOnlyList<string> _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly AddedTokens _added;
    private readonly HashSet<int> _special;

    /// <param name="tokens">The tokens as the files spell them, in the order of their ids.</param>
    /// <param name="added">Those that are found in a text as they are spelled.</param>
    /// <param name="frame">What encoders put around texts; null for what the spelling of the tokens tells.</param>
    private protected PieceTokenizer(IReadOnlyList<string> tokens, IReadOnlyList<AddedToken> added, TextFrame? frame)
    {
        _tokens = tokens;
        _ids = new(tokens.Count, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
            _ids[tokens[id]] = id;
        _added = new(added);
        _special = [.. added.Where(token => token.Special).Select(token => token.Id)];
        Frame = frame;
    }

    /// <inheritdoc/>
    public int Count => _tokens.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Special => [.. _special.Order().Select(TokenOf)];

    /// <summary>What encoders put around texts, as the files tell; null where they do not.</summary>
    internal TextFrame? Frame { get; }

    /// <summary>The tokens as the files spell them, in the order of their ids.</summary>
    private protected IReadOnlyList<string> Tokens => _tokens;

    /// <inheritdoc/>
    public int[] Encode(string text) => Encode(text, recognizesSpecial: false);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="recognizesSpecial">Whether the spelling of an added or special token stands for the token.</param>
    public int[] Encode(string text, bool recognizesSpecial)
    {
        var pieces = Pieces(text, recognizesSpecial);
        var ids = new int[pieces.Count];
        for (var at = 0; at < ids.Length; at++)
            ids[at] = pieces[at].Id;
        return ids;
    }

    /// <inheritdoc/>
    public Piece[] EncodePieces(string text, bool recognizesSpecial = false) => [.. Pieces(text, recognizesSpecial)];

    /// <inheritdoc/>
    public virtual string Decode(IEnumerable<int> ids) => Tokenizers.Text(this, ids);

    /// <inheritdoc/>
    public string DecodeWithoutSpecial(IEnumerable<int> ids) => Decode(ids.Where(id => !_special.Contains(id)));

    /// <inheritdoc/>
    public int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <inheritdoc/>
    public string TokenOf(int id) => Tokenizers.Of(_tokens, id);

    /// <inheritdoc/>
    public abstract ReadOnlySpan<byte> BytesOf(int id);

    /// <inheritdoc/>
    public abstract void Save(string folder);

    /// <summary>Whether a token marks something, rather than being text.</summary>
    private protected bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>Encodes a part of a text that holds no added tokens.</summary>
    /// <param name="part">The part.</param>
    /// <param name="offset">Where it begins in the text.</param>
    /// <param name="pieces">Gets the pieces, with offsets into the whole text.</param>
    private protected abstract void EncodePart(ReadOnlySpan<char> part, int offset, PieceList pieces);

    private List<Piece> Pieces(string text, bool recognizesSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        var pieces = new PieceList(text.Length / 4);
        var begin = 0;
        while (recognizesSpecial && _added.Find(text.AsSpan(begin), out var before, out var at, out var after) is { } token)
        {
            EncodePart(text.AsSpan(begin, before), begin, pieces);
            pieces.BeginWord();
            pieces.Add(token.Id, begin + at, begin + at + token.Content.Length);
            begin += after;
        }
        EncodePart(text.AsSpan(begin), begin, pieces);
        return pieces.Pieces;
    }
}
