using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>The form of a language model of both directions.</summary>
public sealed record ElmoConfig
{
    /// <summary>What <c>config.json</c> says of every such model.</summary>
    public const string Type = "elmo";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>V, the number of words that can be predicted.</summary>
    public required int VocabSize { get; init; }

    /// <summary>How texts are cut into words.</summary>
    public CorpusOptions Text { get; init; } = new() { KeepsCase = true };

    /// <summary>The most bytes of a word that are looked at.</summary>
    public int MaxCharacters { get; init; } = 16;

    /// <summary>The length of a character's vector.</summary>
    public int CharacterEmbedding { get; init; } = 16;

    /// <summary>The filters of the characters.</summary>
    public IReadOnlyList<CharacterFilters> Filters { get; init; } = [new(1, 32), new(2, 32), new(3, 64), new(4, 64), new(5, 64)];

    /// <summary>Highway layers after the filters.</summary>
    public int Highways { get; init; } = 1;

    /// <summary>H, the size of the cells.</summary>
    public int HiddenSize { get; init; } = 256;

    /// <summary>P, the size to which states are projected; also that of a word's vector.</summary>
    public int Projection { get; init; } = 128;

    /// <summary>LSTM layers of each direction.</summary>
    public int NumLayers { get; init; } = 2;

    /// <summary>Whether what goes into a layer after the first is added to what comes out.</summary>
    public bool Residual { get; init; } = true;

    /// <summary>The share of values that is dropped before each layer and before the output, in training.</summary>
    public float Dropout { get; init; } = 0.3f;

    internal WordCharacters WordCharacters => new(MaxCharacters, Filters.Max(filters => filters.Width));

    /// <summary>Reads the file of a model folder.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static ElmoConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<ElmoConfig>(path, Type);
        var isPositive = config is { VocabSize: > 0, HiddenSize: > 0, Projection: > 0, NumLayers: > 0 }
            && config is { MaxCharacters: > 0, CharacterEmbedding: > 0 } && config.Filters.Count > 0
            && config.Filters.All(filters => filters is { Width: > 0, Count: > 0 });
        return isPositive && config is { Highways: >= 0, Dropout: >= 0f and < 1f }
            ? config
            : throw new DataException(path, "a size is not positive, or the dropout is not in [0, 1)");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
