using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>The form of a feed-forward language model, and how it reads a text.</summary>
public sealed record NnlmConfig
{
    /// <summary>What <c>config.json</c> says of all of them.</summary>
    public const string Type = "nnlm";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>V, the number of words, special ones included.</summary>
    public required int VocabSize { get; init; }

    /// <summary>n - 1, how many words the next one is foretold from.</summary>
    public int ContextSize { get; init; } = 4;

    /// <summary>C, the length of a word's vector.</summary>
    public int EmbeddingSize { get; init; } = 60;

    /// <summary>H, the size of the hidden layer.</summary>
    public int HiddenSize { get; init; } = 100;

    /// <summary>Whether the words' vectors also reach the output without the hidden layer.</summary>
    public bool IsDirect { get; init; }

    /// <summary>The share of the words' and the hidden values that is dropped in training.</summary>
    public float Dropout { get; init; }

    /// <summary>How texts are cut into words.</summary>
    public CorpusOptions Text { get; init; } = new();

    /// <summary>Reads the file.</summary>
    /// <exception cref="DataException">It is not that of such a model.</exception>
    public static NnlmConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<NnlmConfig>(path, Type);
        return config is { VocabSize: > 0, ContextSize: > 0, EmbeddingSize: > 0, HiddenSize: > 0, Dropout: >= 0f and < 1f }
            ? config
            : throw new DataException(path, "a size is not positive, or the dropout is not in [0, 1)");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
