using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>The form of a recurrent classifier of texts, as its <c>config.json</c> has it.</summary>
public sealed record TextClassifierConfig
{
    /// <summary>What <c>config.json</c> says of every recurrent classifier of texts.</summary>
    public const string Type = "rnn-classifier";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>V, the number of words.</summary>
    public required int VocabSize { get; init; }

    /// <summary>The labels in the order of their numbers.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The kind of cell.</summary>
    public CellKind Cell { get; init; } = CellKind.Lstm;

    /// <summary>The length of a word's vector.</summary>
    public int EmbeddingSize { get; init; } = 64;

    /// <summary>H, the size of the state of each direction.</summary>
    public int HiddenSize { get; init; } = 64;

    /// <summary>Layers stacked on each other.</summary>
    public int NumLayers { get; init; } = 1;

    /// <summary>Whether a second state reads from the end.</summary>
    public bool Bidirectional { get; init; } = true;

    /// <summary>How the states become one vector.</summary>
    public PoolingKind Pooling { get; init; } = PoolingKind.Max;

    /// <summary>The share of values of word vectors, between layers and of the pooled vector that is dropped in training.</summary>
    public float Dropout { get; init; }

    /// <summary>The words of a text that are read; the others are left out.</summary>
    public int MaxLength { get; init; } = 256;

    /// <summary>Reads the file.</summary>
    /// <exception cref="DataException">It is not that of a recurrent classifier.</exception>
    public static TextClassifierConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<TextClassifierConfig>(path, Type);
        var fits = config is
        {
            VocabSize: > 1, Labels.Count: > 1, EmbeddingSize: > 0, HiddenSize: > 0, NumLayers: > 0, MaxLength: > 0, Dropout: >= 0f and < 1f,
        };
        return fits ? config : throw new DataException(
            path, "a size is not positive, there are fewer than two labels, or the dropout is not in [0, 1)");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
