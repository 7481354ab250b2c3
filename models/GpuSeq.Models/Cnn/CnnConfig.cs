using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>The form of a convolutional network for images.</summary>
public sealed record CnnConfig
{
    /// <summary>What <c>config.json</c> says of every such network.</summary>
    public const string Type = "cnn";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>Rows of an image.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of an image.</summary>
    public required int Width { get; init; }

    /// <summary>The names of the classes in the order of their numbers.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The channels of each convolution.</summary>
    public IReadOnlyList<int> Filters { get; init; } = [32, 64, 64];

    /// <summary>The size of the dense layer.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>The share of values before and after the dense layer that is dropped in training.</summary>
    public float Dropout { get; init; }

    /// <summary>Reads the file of a model folder.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static CnnConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<CnnConfig>(path, Type);
        return config is { Height: > 0, Width: > 0, Classes.Count: > 0, Filters.Count: > 0, Hidden: > 0, Dropout: >= 0f and < 1f }
            && config.Filters.All(count => count > 0)
                ? config
                : throw new DataException(path, "a size is not positive, or the dropout is not in [0, 1)");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
