using System.Text.Json;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>
/// The files of a byte-level byte-pair encoding: <c>vocab.json</c> and <c>merges.txt</c>, as GPT-2 has them, and
/// <c>tokenizer.json</c>, which holds both and the added tokens, as Hugging Face's tokenizers writes it.
/// </summary>
internal static class BpeFiles
{
    public const string VocabularyFile = "vocab.json";
    public const string MergesFile = "merges.txt";
    public const string TokenizerFile = "tokenizer.json";

    private const string Version = "#version: 0.2";

    /// <summary>Reads <c>tokenizer.json</c> where there is one, else the other two.</summary>
    /// <exception cref="DataException">A file has a fault, or describes another kind of tokenizer.</exception>
    public static BpeVocabulary Load(string folder)
    {
        var tokenizer = Path.Combine(folder, TokenizerFile);
        return File.Exists(tokenizer)
            ? LoadTokenizer(tokenizer)
            : LoadPair(Path.Combine(folder, VocabularyFile), Path.Combine(folder, MergesFile));
    }

    /// <summary>Writes all three files.</summary>
    /// <exception cref="CheckpointException">One cannot be written.</exception>
    public static void Save(string folder, BpeVocabulary vocabulary)
    {
        var tokens = vocabulary.Tokens;
        var ids = tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var merges = vocabulary.Merges.Select(merge => (Left: tokens[merge.Left], Right: tokens[merge.Right])).ToArray();
        JsonFile.Save(Path.Combine(folder, VocabularyFile), ids);
        AtomicFile.WriteText(
            Path.Combine(folder, MergesFile), string.Join('\n', [Version, .. merges.Select(merge => $"{merge.Left} {merge.Right}"), ""]));
        JsonFile.Save(Path.Combine(folder, TokenizerFile), new TokenizerJson
        {
            AddedTokens = [.. vocabulary.Added],
            PreTokenizer = new(AddPrefixSpace: vocabulary.AddsPrefixSpace),
            PostProcessor = new(TrimOffsets: false),
            Decoder = new(),
            Model = new()
            {
                Vocab = ids,
                Merges = [.. merges.Select(merge => JsonSerializer.SerializeToElement($"{merge.Left} {merge.Right}"))],
            },
        });
    }

    // Nothing says which tokens are special; those that no merge makes are.
    private static BpeVocabulary LoadPair(string vocabularyPath, string mergesPath)
    {
        var ids = JsonFile.Load<Dictionary<string, int>>(vocabularyPath, "a vocabulary: tokens with their ids");
        var tokens = InOrder(ids, vocabularyPath);
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
        return new(tokens, merges, [.. added], AddsPrefixSpace: false);
    }

    private static BpeVocabulary LoadTokenizer(string path)
    {
        var file = JsonFile.Load<TokenizerJson>(path, "a tokenizer");
        if (file.Fault is { } fault)
            throw new DataException(path, fault);
        var ids = file.Model!.Vocab!;
        foreach (var (index, token) in (file.AddedTokens ?? []).Index())
        {
            if (string.IsNullOrEmpty(token.Content))
                throw new DataException(path, $"added token {index + 1} has no content");
            if (token.SingleWord)
                throw new DataException(path, $"added token '{token.Content}' is of single words, which is not supported");
            if (!ids.TryAdd(token.Content, token.Id) && ids[token.Content] != token.Id)
            {
                throw new DataException(
                    path, $"added token '{token.Content}' has id {token.Id}, and {ids[token.Content]} in the vocabulary");
            }
        }
        var merges = file.Model.Merges!.Index().Select(merge => Merge(ids, Parts(merge.Item), path, $"merge {merge.Index + 1}"));
        return new(InOrder(ids, path), [.. merges], file.AddedTokens ?? [], file.PreTokenizer!.AddPrefixSpace);
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

    private static string[] InOrder(Dictionary<string, int> ids, string path)
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
}
