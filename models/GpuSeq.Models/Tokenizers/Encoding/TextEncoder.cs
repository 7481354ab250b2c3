namespace GpuSeq.Models;

/// <summary>
/// Turns a text, or a pair of them, into what models of the BERT family read: the pieces of a tokenizer between special tokens, with
/// types, words and places. Several threads may use one at a time.
/// </summary>
public sealed class TextEncoder
{
    private readonly TextTemplate _template;

    private TextEncoder(IPieceTokenizer tokenizer, EncoderFrame frame)
    {
        Tokenizer = tokenizer;
        Special = frame.Special;
        _template = frame.Template;
    }

    /// <summary>What cuts texts into pieces.</summary>
    public IPieceTokenizer Tokenizer { get; }

    /// <summary>The tokens that stand around texts, or in place of them.</summary>
    public SpecialTokens Special { get; }

    /// <summary>
    /// Reads a folder: <c>tokenizer.json</c>, <c>vocab.txt</c>, or <c>vocab.json</c> with <c>merges.txt</c>. Special tokens and where
    /// they stand are what the files say, else what <see cref="Of(IPieceTokenizer)"/> takes.
    /// </summary>
    /// <exception cref="DataException">A file cannot be read or has a fault, or a special token is missing; names it.</exception>
    public static TextEncoder Load(string folder) => Tokenizers.Load(folder) is IPieceTokenizer tokenizer
        ? Of(tokenizer, folder)
        : throw new DataException(folder, "its tokenizer is of characters or bytes and has no special tokens");

    /// <summary>
    /// Puts the special tokens of its kind around texts: <c>[CLS] A [SEP] B [SEP]</c> with types 0 and 1, or where the vocabulary has
    /// none of these <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c> with types 0.
    /// </summary>
    /// <exception cref="DataException">The tokenizer lacks one of them.</exception>
    public static TextEncoder Of(IPieceTokenizer tokenizer) => Of(tokenizer, "the tokenizer");

    /// <summary>Encodes a text, or a pair.</summary>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second, or null.</param>
    /// <param name="options">How.</param>
    /// <returns>
    /// At most <see cref="EncodingOptions.MaxLength"/> tokens; all of them where the text that <see cref="EncodingOptions.Truncation"/>
    /// names is too short to be cut that much, as on the Hub.
    /// </returns>
    public EncodedText Encode(string first, string? second = null, EncodingOptions? options = null)
    {
        options ??= new();
        var (left, right) = Pieces(first, second, options);
        var (keepLeft, keepRight) = options.MaxLength is { } most
            ? PieceTruncation.Keep(left.Length, right?.Length, most - SpecialCount(right is not null, options), options.Truncation)
            : (left.Length, right?.Length ?? 0);
        return Frame(left.AsSpan(0, keepLeft), right.AsSpan(0, keepRight), right is not null, options);
    }

    /// <summary>
    /// Encodes a text, or a pair, in as many windows as it takes: where one text does not fit, it goes on in further windows, each of
    /// which begins with the last <see cref="EncodingOptions.Stride"/> pieces of the one before, or as many as leave room for a new
    /// one. That text is the one that <see cref="EncodingOptions.Truncation"/> names; the longer of a pair for
    /// <see cref="Truncation.LongestFirst"/>.
    /// </summary>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second, or null.</param>
    /// <param name="options">How; without a length or with <see cref="Truncation.None"/> there is one window.</param>
    /// <exception cref="ArgumentException">The other text leaves no room.</exception>
    public IReadOnlyList<EncodedText> EncodeWindows(string first, string? second, EncodingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (left, right) = Pieces(first, second, options);
        var (isPair, total) = (right is not null, left.Length + (right?.Length ?? 0));
        var room = (options.MaxLength ?? int.MaxValue) - SpecialCount(isPair, options);
        if (total <= room || options.Truncation == Truncation.None)
            return [Frame(left, right, isPair, options)];

        var cutsSecond = isPair && (options.Truncation == Truncation.OnlySecond
            || (options.Truncation == Truncation.LongestFirst && right!.Length >= left.Length));
        var text = cutsSecond ? right! : left;
        var size = room - (total - text.Length);
        if (size <= 0)
            throw new ArgumentException($"Windows of {options.MaxLength} tokens have no room for the text that goes on.", nameof(options));
        var overlap = Math.Min(options.Stride, size - 1);
        var windows = new List<EncodedText>();
        for (var begin = 0; windows.Count == 0 || begin + overlap < text.Length; begin += size - overlap)
        {
            var window = text.AsSpan(begin, Math.Min(size, text.Length - begin));
            windows.Add(cutsSecond ? Frame(left, window, isPair, options) : Frame(window, right, isPair, options));
        }
        return windows;
    }

    /// <summary>Writes the files of the tokenizer, with the special tokens and where they stand, into a folder that is there.</summary>
    /// <exception cref="Engine.Checkpoints.CheckpointException">A file cannot be written.</exception>
    public void Save(string folder) => Tokenizer.Save(folder);

    private static TextEncoder Of(IPieceTokenizer tokenizer, string source) => EncoderFrame.Find(tokenizer, out var missing) is { } frame
        ? new(tokenizer, frame)
        : throw new DataException(source, $"it has no token {missing}, which encoders of texts need");

    private (Piece[] First, Piece[]? Second) Pieces(string first, string? second, EncodingOptions options)
    {
        ArgumentNullException.ThrowIfNull(first);
        return (
            Tokenizer.EncodePieces(first, options.RecognizesSpecial),
            second is null ? null : Tokenizer.EncodePieces(second, options.RecognizesSpecial));
    }

    private int SpecialCount(bool isPair, EncodingOptions options) =>
        Template(options).For(isPair).Count(part => part.Text == TemplatePart.Special);

    private TextTemplate Template(EncodingOptions options) => options.AddsSpecial ? _template : TextTemplate.Bare;

    private EncodedText Frame(ReadOnlySpan<Piece> first, ReadOnlySpan<Piece> second, bool isPair, EncodingOptions options)
    {
        var parts = Template(options).For(isPair);
        var length = first.Length + second.Length + SpecialCount(isPair, options);
        var text = new EncodedText
        {
            Ids = new int[length],
            Types = new int[length],
            Parts = new int[length],
            Words = new int[length],
            Offsets = new (int Start, int End)[length],
        };
        var at = 0;
        foreach (var part in parts)
        {
            if (part.Text == TemplatePart.Special)
                Write(text, at++, part, new(part.Id, 0, 0, -1));
            else
                foreach (var piece in part.Text == 0 ? first : second)
                    Write(text, at++, part, piece);
        }
        return text;
    }

    private static void Write(EncodedText text, int at, TemplatePart part, Piece piece)
    {
        text.Ids[at] = piece.Id;
        text.Types[at] = part.Type;
        text.Parts[at] = part.Text;
        text.Words[at] = piece.Word;
        text.Offsets[at] = (piece.Start, piece.End);
    }
}
