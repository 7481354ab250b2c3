namespace GpuSeq.Models;

/// <summary>The file of a unigram tokenizer: <c>tokenizer.json</c>, with <c>tokenizer_config.json</c> for its special tokens.</summary>
internal static class UnigramFiles
{
    public const string Type = "Unigram";

    private const string WhitespaceSplit = "WhitespaceSplit";
    private const string MetaspaceType = "Metaspace";

    /// <summary>Reads <c>tokenizer.json</c>.</summary>
    /// <exception cref="DataException">It is missing, has a fault, or describes another kind of tokenizer.</exception>
    public static UnigramVocabulary Load(string folder)
    {
        var file = TokenizerFile.In(folder, Type)
            ?? throw new DataException(Path.Combine(folder, TokenizerFile.Name), "there is no such file");
        var entries = file.Model["vocab"].Items.Select(Entry).ToArray();
        var ids = new Dictionary<string, int>(entries.Length, StringComparer.Ordinal);
        foreach (var (id, (token, _)) in entries.Index())
        {
            if (!ids.TryAdd(token, id))
                throw new DataException(file.Path, $"token '{token}' stands twice in the vocabulary, with ids {ids[token]} and {id}");
        }
        var tokens = file.InOrder(ids);
        var unknown = file.Model["unk_id"] is { IsMissing: false } given ? given.As<int>("an id") : (int?)null;
        if (unknown is { } value && (uint)value >= tokens.Length)
            throw file.Model["unk_id"].Fault($"is {value}, but the ids are 0 to {tokens.Length - 1}");
        var scores = entries.Select(entry => entry.Score).Concat(Enumerable.Repeat(0.0, tokens.Length - entries.Length));
        return new(
            tokens, [.. scores], unknown, file.Model.Flag("byte_fallback", missing: false), TextSteps.Read(file.Normalizer),
            Words(file.PreTokenizer), file.Added, file.Frame);
    }

    /// <summary>Writes it, and the files of the special tokens where it has those of an encoder.</summary>
    /// <exception cref="Engine.Checkpoints.CheckpointException">A file cannot be written.</exception>
    public static void Save(string folder, UnigramVocabulary vocabulary, Unigram tokenizer)
    {
        var frame = EncoderFrame.Find(tokenizer, out _);
        var (splitsAtBlanks, prepend, splits) = vocabulary.Metaspace;
        var metaspace = new
        {
            Type = MetaspaceType,
            Replacement = Metaspace.Blank.ToString(),
            AddPrefixSpace = prepend != PrependScheme.Never,
            PrependScheme = prepend,
            Split = splits,
        };
        TokenizerFile.Write(folder, vocabulary.Added, frame is null ? null : FrameFile.Processor(frame.Template, tokenizer), new(
            vocabulary.Normalizer.Json,
            splitsAtBlanks
                ? new { Type = "Sequence", Pretokenizers = (object[])[new { Type = WhitespaceSplit }, metaspace] }
                : metaspace,
            Decoder: metaspace,
            Model: new
            {
                Type,
                UnkId = vocabulary.Unknown,
                Vocab = vocabulary.Tokens.Zip(vocabulary.Scores, (token, score) => (object[])[token, score]),
                ByteFallback = vocabulary.FallsBackToBytes,
            }));
        if (frame is not null)
            FrameFile.Write(folder, frame.Special, tokenizer, new() { ["tokenizer_class"] = "AlbertTokenizer" });
    }

    // ["piece", -3.5]
    private static (string Token, double Score) Entry(JsonPart entry) => entry.Items is [{ Text: { } token }, var score]
        ? (token, score.As<double>("a number"))
        : throw entry.Fault("is not a piece with its score");

    private static Metaspace Words(JsonPart part)
    {
        var parts = part.Type == "Sequence" ? part["pretokenizers"].Items : [part];
        var splits = parts is [{ Type: WhitespaceSplit }, ..];
        if ((splits ? parts.Skip(1).ToArray() : parts) is not [{ Type: MetaspaceType } metaspace])
            throw part.Fault($"is not '{MetaspaceType}', or '{WhitespaceSplit}' and that, which unigram pieces need here");
        if ((metaspace["replacement"].Text ?? "\u2581") != Metaspace.Blank.ToString())
            throw metaspace.Fault("does not make blanks U+2581");
        var prepend = metaspace["prepend_scheme"].Text switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            null => metaspace.Flag("add_prefix_space", missing: true) ? PrependScheme.Always : PrependScheme.Never,
            var other => throw metaspace.Fault($"has the prepend_scheme '{other}', which is not known"),
        };
        return new(splits, prepend, metaspace.Flag("split", missing: true));
    }
}
