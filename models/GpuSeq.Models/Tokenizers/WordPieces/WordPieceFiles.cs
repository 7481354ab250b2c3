using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>
/// The files of a WordPiece tokenizer: <c>vocab.txt</c>, a token a line, as BERT has it, and <c>tokenizer.json</c>;
/// <c>tokenizer_config.json</c> tells how text is prepared.
/// </summary>
internal static class WordPieceFiles
{
    public const string Type = "WordPiece";
    public const string VocabularyFile = "vocab.txt";

    private const string LowerCase = "do_lower_case";
    private const string StripAccents = "strip_accents";
    private const string SplitsIdeographs = "tokenize_chinese_chars";
    private const string Unknown = "[UNK]";

    private static readonly string[] Special = ["[PAD]", Unknown, "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Reads <c>tokenizer.json</c> where there is one, else <c>vocab.txt</c>.</summary>
    /// <exception cref="DataException">A file has a fault, or describes another kind of tokenizer.</exception>
    public static WordPieceVocabulary Load(string folder) =>
        TokenizerFile.In(folder, Type) is { } file ? LoadTokenizer(file, folder) : LoadLines(folder);

    /// <summary>Writes both files, and those of the special tokens.</summary>
    /// <exception cref="CheckpointException">One cannot be written.</exception>
    public static void Save(string folder, WordPieceVocabulary vocabulary, WordPiece tokenizer)
    {
        var (tokens, options) = (vocabulary.Tokens, vocabulary.Options);
        var frame = EncoderFrame.Find(tokenizer, out _);
        AtomicFile.WriteText(Path.Combine(folder, VocabularyFile), string.Concat(tokens.Select(token => token + "\n")));
        TokenizerFile.Write(folder, vocabulary.Added, frame is null ? null : FrameFile.Processor(frame.Template, tokenizer), new(
            Normalizer: new
            {
                Type = "BertNormalizer",
                CleanText = true,
                HandleChineseChars = options.SplitsIdeographs,
                options.StripAccents,
                Lowercase = options.LowerCase,
            },
            PreTokenizer: new { Type = "BertPreTokenizer" },
            Decoder: new { Type, Prefix = options.Continuation, Cleanup = true },
            Model: new
            {
                Type,
                UnkToken = tokens[vocabulary.Unknown],
                ContinuingSubwordPrefix = options.Continuation,
                MaxInputCharsPerWord = options.LongestWord,
                Vocab = tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index),
            }));
        var config = new Dictionary<string, object>
        {
            ["tokenizer_class"] = "BertTokenizer",
            [LowerCase] = options.LowerCase,
            [SplitsIdeographs] = options.SplitsIdeographs,
        };
        if (options.StripAccents is { } strips)
            config.Add(StripAccents, strips);
        if (frame is null)
            JsonFile.Save(Path.Combine(folder, FrameFile.ConfigFile), config);
        else
            FrameFile.Write(folder, frame.Special, tokenizer, config);
    }

    private static WordPieceVocabulary LoadLines(string folder)
    {
        var path = Path.Combine(folder, VocabularyFile);
        var lines = TextFile.Read(path).Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        string[] tokens = lines is [.. var all, ""] ? all : lines;
        var ids = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        foreach (var (index, token) in tokens.Index())
            ids[token] = index; // where a token stands twice, the later line holds, as on the Hub
        var frame = FrameFile.Read(folder);
        var names = frame.Names;
        var unknown = names.Unknown ?? Unknown;
        var added = new[] { names.Begin, names.Separator, names.Padding, names.Mask, names.Unknown }.OfType<string>().Union(Special)
            .Where(ids.ContainsKey).Select(token => AddedToken.Mark(ids[token], token));
        if (!ids.TryGetValue(unknown, out var id))
            throw new DataException(path, $"it has no token '{unknown}'");
        return new(tokens, [.. added], id, Prepared(new(), folder), frame);
    }

    private static WordPieceVocabulary LoadTokenizer(TokenizerFile file, string folder)
    {
        var (model, normalizer) = (file.Model, file.Normalizer);
        if (normalizer.Type != "BertNormalizer" || !normalizer.Flag("clean_text", missing: true))
            throw new DataException(file.Path, "the normalizer is not 'BertNormalizer' that cleans text, which WordPiece needs here");
        if (file.PreTokenizer.Type != "BertPreTokenizer")
            throw new DataException(file.Path, "the pre_tokenizer is not 'BertPreTokenizer', which WordPiece needs here");
        var ids = model["vocab"].As<Dictionary<string, int>>("a vocabulary: tokens with their ids");
        var tokens = file.InOrder(ids);
        var unknown = model["unk_token"].Text ?? Unknown;
        var options = new WordPieceOptions
        {
            LowerCase = normalizer.Flag("lowercase", missing: true),
            StripAccents = normalizer[StripAccents].IsMissing ? null : normalizer.Flag(StripAccents, false),
            SplitsIdeographs = normalizer.Flag("handle_chinese_chars", missing: true),
            LongestWord = model["max_input_chars_per_word"] is { IsMissing: false } most ? most.As<int>("a number") : 100,
            Continuation = model["continuing_subword_prefix"].Text ?? "##",
        };
        if (!ids.TryGetValue(unknown, out var id))
            throw new DataException(file.Path, $"it has no token '{unknown}'");
        return new(tokens, file.Added, id, Prepared(options, folder), file.Frame);
    }

    // What the configuration says goes before the normalizer, as in transformers.
    private static WordPieceOptions Prepared(WordPieceOptions options, string folder) => FrameFile.Config(folder) is not { } config
        ? options
        : options with
        {
            LowerCase = config.Flag(LowerCase, options.LowerCase),
            StripAccents = config[StripAccents].IsMissing ? options.StripAccents : config.Flag(StripAccents, false),
            SplitsIdeographs = config.Flag(SplitsIdeographs, options.SplitsIdeographs),
        };
}
