namespace GpuSeq.Models;

/// <summary><c>tokenizer.json</c>, as Hugging Face's tokenizers writes it: how text is prepared, cut, spelled and framed.</summary>
internal sealed class TokenizerFile
{
    public const string Name = "tokenizer.json";

    private readonly JsonPart _root;

    private TokenizerFile(string path)
    {
        Path = path;
        _root = JsonPart.Read(path);
        if (Model.IsMissing)
            throw new DataException(path, "it has no model");
        if (_root["added_tokens"] is { IsMissing: false } added)
            Added = [.. added.Items.Select(item => (Token: item.As<AddedToken>("an added token"), Item: item)).Select(Checked)];
        Frame = FrameFile.Read(_root["post_processor"], System.IO.Path.GetDirectoryName(path)!);
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>The vocabulary, and how words are spelled with it.</summary>
    public JsonPart Model => _root["model"];

    /// <summary>What text goes through first.</summary>
    public JsonPart Normalizer => _root["normalizer"];

    /// <summary>What cuts text into words.</summary>
    public JsonPart PreTokenizer => _root["pre_tokenizer"];

    /// <summary>Tokens that are found in a text as they are spelled.</summary>
    public IReadOnlyList<AddedToken> Added { get; } = [];

    /// <summary>What encoders put around texts.</summary>
    public TextFrame Frame { get; }

    /// <summary>The type of the model; old files do not name it, but their models differ.</summary>
    public string Type => Model.Type switch
    {
        "" when Model["vocab"].IsList => UnigramFiles.Type,
        "" when Model["merges"].IsMissing && !Model["max_input_chars_per_word"].IsMissing => WordPieceFiles.Type,
        "" => BpeFiles.Type,
        var type => type,
    };

    /// <summary>Reads the file of a folder; null where there is none.</summary>
    /// <exception cref="DataException">It has a fault; names it and the entry.</exception>
    public static TokenizerFile? In(string folder) => System.IO.Path.Combine(folder, Name) is var path && File.Exists(path)
        ? new(path)
        : null;

    /// <summary>Reads the file where it describes a type of tokenizer.</summary>
    /// <exception cref="DataException">It describes another.</exception>
    public static TokenizerFile? In(string folder, string type) => In(folder) switch
    {
        null => null,
        var file when file.Type == type => file,
        var file => throw new DataException(file.Path, $"the model is of type '{file.Type}', not '{type}'"),
    };

    /// <summary>Tokens and added tokens in the order of their ids.</summary>
    /// <exception cref="DataException">Ids are missing or given twice.</exception>
    public string[] InOrder(Dictionary<string, int> ids)
    {
        foreach (var token in Added)
        {
            if (!ids.TryAdd(token.Content, token.Id) && ids[token.Content] != token.Id)
            {
                throw new DataException(
                    Path, $"added token '{token.Content}' has id {token.Id}, and {ids[token.Content]} in the vocabulary");
            }
        }
        return InOrder(ids, Path);
    }

    /// <summary>Tokens in the order of their ids.</summary>
    /// <exception cref="DataException">Ids are missing or given twice.</exception>
    public static string[] InOrder(Dictionary<string, int> ids, string path)
    {
        var tokens = new string?[ids.Count];
        foreach (var (token, id) in ids)
        {
            if ((uint)id >= tokens.Length)
                throw new DataException(path, $"token '{token}' has id {id}, but the {tokens.Length} ids are 0 to {tokens.Length - 1}");
            if (tokens[id] is { } other)
                throw new DataException(path, $"tokens '{other}' and '{token}' both have id {id}");
            tokens[id] = token;
        }
        return tokens!;
    }

    /// <summary>Writes a file.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="added">Tokens that are found in a text as they are spelled.</param>
    /// <param name="frame">What encoders put around texts, null where they do not.</param>
    /// <param name="parts">The other parts.</param>
    public static void Write(string folder, IReadOnlyList<AddedToken> added, object? frame, TokenizerParts parts) =>
        JsonFile.Save(System.IO.Path.Combine(folder, Name), new
        {
            Version = "1.0",
            AddedTokens = added.OrderBy(token => token.Id),
            parts.Normalizer,
            parts.PreTokenizer,
            PostProcessor = frame,
            parts.Decoder,
            parts.Model,
        });

    private static AddedToken Checked((AddedToken Token, JsonPart Item) entry)
    {
        if (string.IsNullOrEmpty(entry.Token.Content))
            throw entry.Item.Fault("has no content");
        if (entry.Token.SingleWord)
            throw entry.Item.Fault($"'{entry.Token.Content}' is of single words, which is not supported");
        return entry.Token;
    }
}

/// <summary>What of <c>tokenizer.json</c> differs between kinds of tokenizers, as it is written.</summary>
internal sealed record TokenizerParts(object? Normalizer, object PreTokenizer, object Decoder, object Model);
