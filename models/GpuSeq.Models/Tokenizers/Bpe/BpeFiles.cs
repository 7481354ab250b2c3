using System.Text.Json;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>
/// The files of a byte-level byte-pair encoding: <c>vocab.json</c> and <c>merges.txt</c>, as GPT-2 and RoBERTa have them, and
/// <c>tokenizer.json</c>, which holds both and the added tokens.
/// </summary>
internal static class BpeFiles
{
    public const string Type = "BPE";
    public const string VocabularyFile = "vocab.json";
    public const string MergesFile = "merges.txt";

    private const string Version = "#version: 0.2";
    private const string ByteLevel = "ByteLevel";

    /// <summary>Reads <c>tokenizer.json</c> where there is one, else the other two.</summary>
    /// <exception cref="DataException">A file has a fault, or describes another kind of tokenizer.</exception>
    public static BpeVocabulary Load(string folder) => TokenizerFile.In(folder, Type) is { } file
        ? LoadTokenizer(file, folder)
        : LoadPair(Path.Combine(folder, VocabularyFile), Path.Combine(folder, MergesFile), folder);

    /// <summary>Writes all three files, and those of the special tokens where it has those of an encoder.</summary>
    /// <exception cref="CheckpointException">One cannot be written.</exception>
    public static void Save(string folder, BpeVocabulary vocabulary, ByteLevelBpe tokenizer)
    {
        var tokens = vocabulary.Tokens;
        var ids = tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        string[] merges = [.. vocabulary.Merges.Select(merge => $"{tokens[merge.Left]} {tokens[merge.Right]}")];
        JsonFile.Save(Path.Combine(folder, VocabularyFile), ids);
        AtomicFile.WriteText(Path.Combine(folder, MergesFile), string.Join('\n', [Version, .. merges, ""]));
        var adds = vocabulary.AddsPrefixSpace;
        var frame = EncoderFrame.Find(tokenizer, out _);
        TokenizerFile.Write(
            folder, vocabulary.Added,
            frame is null ? new { Type = ByteLevel, AddPrefixSpace = adds, TrimOffsets = false } : Processor(frame, tokenizer, adds),
            new(
                Normalizer: null,
                PreTokenizer: new { Type = ByteLevel, AddPrefixSpace = adds, TrimOffsets = true, UseRegex = true },
                Decoder: new { Type = ByteLevel, AddPrefixSpace = true, TrimOffsets = true, UseRegex = true },
                Model: new { Type, Vocab = ids, Merges = merges }));
        if (frame is not null)
        {
            FrameFile.Write(folder, frame.Special, tokenizer, new()
            {
                ["tokenizer_class"] = "RobertaTokenizer",
                ["add_prefix_space"] = adds,
            });
        }
    }

    // As transformers writes it for RoBERTa; any other frame as a template.
    private static object Processor(EncoderFrame frame, ByteLevelBpe tokenizer, bool addsPrefixSpace)
    {
        var (begin, separator) = (frame.Special.Begin, frame.Special.Separator);
        return frame.Template.IsLike(TextTemplate.Roberta(begin, separator))
            ? new
            {
                Type = "RobertaProcessing",
                Sep = (object[])[tokenizer.TokenOf(separator), separator],
                Cls = (object[])[tokenizer.TokenOf(begin), begin],
                TrimOffsets = true,
                AddPrefixSpace = addsPrefixSpace,
            }
            : FrameFile.Processor(frame.Template, tokenizer);
    }

    // Nothing says which tokens are special; those that no merge makes are.
    private static BpeVocabulary LoadPair(string vocabularyPath, string mergesPath, string folder)
    {
        var ids = JsonFile.Load<Dictionary<string, int>>(vocabularyPath, "a vocabulary: tokens with their ids");
        var tokens = TokenizerFile.InOrder(ids, vocabularyPath);
        var merges = new List<BpeMerge>();
        foreach (var (index, line) in TextFile.Read(mergesPath).Split('\n').Index())
        {
            var content = line.TrimEnd('\r');
            if (content.Length > 0 && !(index == 0 && content.StartsWith("#version", StringComparison.Ordinal)))
                merges.Add(Merge(ids, content.Split(' '), mergesPath, $"line {index + 1}"));
        }
        var made = merges.Select(merge => merge.Result).ToHashSet();
        var added = tokens.Index().Where(token => !made.Contains(token.Index) && ByteAlphabet.BytesOf(token.Item) is not { Length: 1 })
            .Select(token => AddedToken.Mark(token.Index, token.Item));
        var addsPrefixSpace = FrameFile.Config(folder)?.Flag("add_prefix_space", missing: false) ?? false;
        return new(tokens, merges, [.. added], addsPrefixSpace) { Frame = FrameFile.Read(folder) };
    }

    private static BpeVocabulary LoadTokenizer(TokenizerFile file, string folder)
    {
        Check(file);
        var ids = file.Model["vocab"].As<Dictionary<string, int>>("a vocabulary: tokens with their ids");
        var tokens = file.InOrder(ids);
        var merges = file.Model["merges"].As<JsonElement[]>("a list of merges")
            .Select((merge, index) => Merge(ids, Parts(merge), file.Path, $"merge {index + 1}"));
        var adds = file.PreTokenizer.Flag("add_prefix_space", missing: false);
        adds = FrameFile.Config(folder)?.Flag("add_prefix_space", adds) ?? adds;
        return new(tokens, [.. merges], file.Added, adds) { Frame = file.Frame };
    }

    private static void Check(TokenizerFile file)
    {
        var model = file.Model;
        if (model["vocab"].IsMissing)
            throw new DataException(file.Path, "the model has no vocab");
        if (model["merges"].IsMissing)
            throw new DataException(file.Path, "the model has no merges");
        if (model["continuing_subword_prefix"].Text is { Length: > 0 } || model["end_of_word_suffix"].Text is { Length: > 0 }
            || model.Flag("byte_fallback", missing: false))
        {
            throw new DataException(file.Path, "the model is not byte-level: it marks parts of words or falls back to bytes");
        }
        if (file.PreTokenizer.Type != ByteLevel || !file.PreTokenizer.Flag("use_regex", missing: true))
            throw new DataException(file.Path, $"the pre_tokenizer is not '{ByteLevel}' with the pattern of GPT-2");
        if (!file.Normalizer.IsMissing)
            throw new DataException(file.Path, "it has a normalizer, which byte-level encoding does not support");
    }

    // "a b", or ["a", "b"] since version 0.20 of tokenizers.
    private static string[] Parts(JsonElement merge) => merge.ValueKind switch
    {
        JsonValueKind.String => merge.GetString()!.Split(' '),
        JsonValueKind.Array => [.. merge.EnumerateArray().Select(part => part.ValueKind == JsonValueKind.String ? part.GetString()! : "")],
        _ => [],
    };

    private static BpeMerge Merge(Dictionary<string, int> ids, string[] parts, string path, string entry)
    {
        if (parts is not [{ Length: > 0 } left, { Length: > 0 } right])
            throw new DataException(path, $"{entry} is not a pair of tokens");
        return new(IdOf(left), IdOf(right), IdOf(left + right));

        int IdOf(string token) => ids.TryGetValue(token, out var id)
            ? id
            : throw new DataException(path, $"{entry} merges '{left}' and '{right}', but '{token}' is not in the vocabulary");
    }
}
