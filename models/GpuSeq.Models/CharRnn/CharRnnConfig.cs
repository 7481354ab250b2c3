using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>The form of a character model, as its <c>config.json</c> has it.</summary>
public sealed record CharRnnConfig
{
    /// <summary>What <c>config.json</c> says of every character model.</summary>
    public const string Type = "char-rnn";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>V, the number of characters.</summary>
    public required int VocabSize { get; init; }

    /// <summary>The kind of cell.</summary>
    public CellKind Cell { get; init; } = CellKind.Lstm;

    /// <summary>The length of a character's vector.</summary>
    public int EmbeddingSize { get; init; } = 64;

    /// <summary>H, the size of the state.</summary>
    public int HiddenSize { get; init; } = 128;

    /// <summary>Layers stacked on each other.</summary>
    public int NumLayers { get; init; } = 1;

    /// <summary>The share of values that is dropped between layers and before the output, in training.</summary>
    public float Dropout { get; init; }

    /// <summary>
    /// Whether the output layer's weight is the embedding's, whose vectors are then as long as the state (Press and Wolf 2017).
    /// </summary>
    public bool TieWeights { get; init; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="DataException">It is not a character model's.</exception>
    public static CharRnnConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<CharRnnConfig>(path, Type);
        if (config.TieWeights && config.EmbeddingSize != config.HiddenSize)
            throw new DataException(path, $"tied weights need an embedding_size of {config.HiddenSize}, the hidden_size");
        return config is { VocabSize: > 0, EmbeddingSize: > 0, HiddenSize: > 0, NumLayers: > 0, Dropout: >= 0f and < 1f }
            ? config
            : throw new DataException(path, "a size is not positive, or the dropout is not in [0, 1)");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
