namespace GpuSeq.Models;

/// <summary>
/// What encoders put around texts, in files: <c>post_processor</c> of <c>tokenizer.json</c>, and how special tokens are spelled in
/// <c>special_tokens_map.json</c> and <c>tokenizer_config.json</c>.
/// </summary>
internal static class FrameFile
{
    public const string ConfigFile = "tokenizer_config.json";

    private const string MapFile = "special_tokens_map.json";

    /// <summary>Reads what a folder says beside its vocabulary.</summary>
    public static TextFrame Read(string folder) => new(Names(folder), null);

    /// <summary>Reads a <c>post_processor</c>, and what the folder says beside it.</summary>
    /// <exception cref="DataException">It is of a type that is not supported.</exception>
    public static TextFrame Read(JsonPart processor, string folder) => new(Names(folder), Template(processor));

    /// <summary>The configuration of a folder's tokenizer; null where there is none.</summary>
    public static JsonPart? Config(string folder) => Path.Combine(folder, ConfigFile) is var path && File.Exists(path)
        ? JsonPart.Read(path)
        : null;

    /// <summary>The <c>post_processor</c> that puts the tokens of a frame around texts.</summary>
    public static object Processor(TextTemplate template, PieceTokenizer tokenizer)
    {
        return new
        {
            Type = "TemplateProcessing",
            Single = template.Single.Select(Written),
            Pair = template.Pair.Select(Written),
            SpecialTokens = template.Pair.Concat(template.Single).Where(part => part.Text == TemplatePart.Special)
                .Select(part => part.Id).Distinct().ToDictionary(tokenizer.TokenOf, Described),
        };

        object Described(int id) => new { Id = tokenizer.TokenOf(id), Ids = (int[])[id], Tokens = (string[])[tokenizer.TokenOf(id)] };

        object Written(TemplatePart part) => part.Text == TemplatePart.Special
            ? new Dictionary<string, object> { ["SpecialToken"] = new { Id = tokenizer.TokenOf(part.Id), TypeId = part.Type } }
            : new Dictionary<string, object> { ["Sequence"] = new { Id = part.Text == 0 ? "A" : "B", TypeId = part.Type } };
    }

    /// <summary>Writes how special tokens are spelled, and the configuration that transformers reads.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="special">The tokens.</param>
    /// <param name="tokenizer">What spells them.</param>
    /// <param name="config">What the configuration says beside them; its <c>tokenizer_class</c> above all.</param>
    public static void Write(string folder, SpecialTokens special, PieceTokenizer tokenizer, Dictionary<string, object> config)
    {
        var map = new Dictionary<string, object>
        {
            ["cls_token"] = tokenizer.TokenOf(special.Begin),
            ["sep_token"] = tokenizer.TokenOf(special.Separator),
            ["pad_token"] = tokenizer.TokenOf(special.Padding),
            ["mask_token"] = tokenizer.TokenOf(special.Mask),
            ["unk_token"] = tokenizer.TokenOf(special.Unknown),
        };
        JsonFile.Save(Path.Combine(folder, MapFile), map);
        JsonFile.Save(Path.Combine(folder, ConfigFile), config.Concat(map).ToDictionary());
    }

    // What the map says goes before the configuration.
    private static SpecialNames Names(string folder)
    {
        var map = Path.Combine(folder, MapFile) is var path && File.Exists(path) ? JsonPart.Read(path) : (JsonPart?)null;
        var config = Config(folder);
        return new()
        {
            Begin = Name("cls_token"),
            Separator = Name("sep_token"),
            Padding = Name("pad_token"),
            Mask = Name("mask_token"),
            Unknown = Name("unk_token"),
        };

        string? Name(string key) => Spelling(map?[key]) ?? Spelling(config?[key]);
    }

    // "[MASK]", or {"content": "[MASK]", ...}.
    private static string? Spelling(JsonPart? part) => part?.Text ?? part?["content"].Text;

    private static TextTemplate? Template(JsonPart processor) => processor.Type switch
    {
        "" or "ByteLevel" => null,
        "TemplateProcessing" => new(Parts(processor, processor["single"]), Parts(processor, processor["pair"])),
        "BertProcessing" => TextTemplate.Bert(IdOf(processor["cls"]), IdOf(processor["sep"])),
        "RobertaProcessing" => TextTemplate.Roberta(IdOf(processor["cls"]), IdOf(processor["sep"])),
        "Sequence" => processor["processors"].Items.Select(Template).FirstOrDefault(template => template is not null),
        var type => throw processor.Fault($"is of type '{type}', which is not supported"),
    };

    // ["[CLS]", 101]
    private static int IdOf(JsonPart pair) => pair.Items is [_, var id]
        ? id.As<int>("an id")
        : throw pair.Fault("is not a token with its id");

    private static TemplatePart[] Parts(JsonPart processor, JsonPart parts)
    {
        return [.. parts.Items.Select(Part)];

        TemplatePart Part(JsonPart part)
        {
            if (part["Sequence"] is { IsMissing: false } text)
                return TemplatePart.Of(text["id"].Text == "A" ? 0 : 1, text["type_id"].As<int>("a type"));
            var token = part["SpecialToken"];
            var name = token["id"].Text ?? throw part.Fault("is neither a text nor a special token");
            return processor["special_tokens"][name]["ids"].Items is [var id]
                ? TemplatePart.Token(id.As<int>("an id"), token["type_id"].As<int>("a type"))
                : throw token.Fault($"'{name}' is not of one id among the special_tokens");
        }
    }
}
