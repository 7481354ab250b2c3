using System.Text.Json;

namespace GpuSeq.Models.Embeddings;

/// <summary>
/// What a folder of the library sentence-transformers says of its embeddings, in files beside those of the model: <c>modules.json</c>,
/// <c>1_Pooling/config.json</c> and <c>sentence_bert_config.json</c>.
/// </summary>
internal static class SentenceTransformerFiles
{
    private const string PoolingPrefix = "pooling_mode_";

    private sealed record Module(string? Type);

    private sealed record Sizes(int? MaxSeqLength);

    /// <summary>What the folder says; nothing where it has none of the files.</summary>
    /// <exception cref="DataException">A file is broken, or asks for what is not supported.</exception>
    public static EmbeddingOptions Read(RunFolder folder) => new()
    {
        Pooling = ReadPooling(folder.File(Path.Combine("1_Pooling", "config.json"))),
        Normalizes = ReadModules(folder.File("modules.json")),
        MaxLength = ReadLength(folder.File("sentence_bert_config.json")),
    };

    private static EmbeddingPooling? ReadPooling(string path)
    {
        if (!File.Exists(path))
            return null;
        var settings = JsonFile.Load<Dictionary<string, JsonElement>>(path, "a pooling of sentence-transformers");
        var chosen = settings.Where(setting => setting.Value.ValueKind == JsonValueKind.True)
            .Where(setting => setting.Key.StartsWith(PoolingPrefix, StringComparison.Ordinal))
            .Select(setting => setting.Key[PoolingPrefix.Length..]).ToArray();
        return chosen switch
        {
            ["cls_token"] => EmbeddingPooling.Cls,
            ["mean_tokens"] => EmbeddingPooling.Mean,
            ["max_tokens"] => EmbeddingPooling.Max,
            [] => throw new DataException(path, "it chooses no pooling"),
            _ => throw new DataException(path, $"the pooling {string.Join(" and ", chosen)} is not supported"),
        };
    }

    // A model is a Transformer, a Pooling, and perhaps a Normalize.
    private static bool? ReadModules(string path)
    {
        if (!File.Exists(path))
            return null;
        var types = JsonFile.Load<Module[]>(path, "the modules of sentence-transformers")
            .Select(module => module.Type?.Split('.')[^1]).ToArray();
        return types.FirstOrDefault(type => type is not ("Transformer" or "Pooling" or "Normalize")) is { } unknown
            ? throw new DataException(path, $"a module of type {unknown} is not supported")
            : types.Contains("Normalize");
    }

    private static int? ReadLength(string path)
    {
        if (!File.Exists(path))
            return null;
        var length = JsonFile.Load<Sizes>(path, "the sizes of sentence-transformers").MaxSeqLength;
        return length is < 2 ? throw new DataException(path, $"max_seq_length is {length}") : length;
    }
}
