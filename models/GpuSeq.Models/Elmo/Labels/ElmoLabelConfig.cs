using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>What gets a label.</summary>
public enum LabelUnit
{
    /// <summary>Every word, such as the tag of a name.</summary>
    Word,

    /// <summary>The sentence as a whole, such as its sentiment.</summary>
    Sentence,
}

/// <summary>Which layers of the language model are used.</summary>
public enum ElmoLayers
{
    /// <summary>All, in a mix whose weights are learned.</summary>
    Mix,

    /// <summary>The words' own vectors alone, which know nothing of the sentence.</summary>
    Lowest,

    /// <summary>The last LSTM layer alone.</summary>
    Highest,
}

/// <summary>The form of a model that labels words or sentences by the layers of a language model.</summary>
public sealed record ElmoLabelConfig
{
    /// <summary>What <c>config.json</c> says of every such model.</summary>
    public const string Type = "elmo-labels";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>What gets a label.</summary>
    public required LabelUnit Unit { get; init; }

    /// <summary>The labels in the order of their numbers.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Which layers are used.</summary>
    public ElmoLayers Layers { get; init; }

    /// <summary>J, the layers that the language model has.</summary>
    public required int FeatureLayers { get; init; }

    /// <summary>C, the length of their vectors.</summary>
    public required int FeatureWidth { get; init; }

    /// <summary>Whether layers are normalised before they are mixed.</summary>
    public bool Normalises { get; init; }

    /// <summary>H, the size of each direction of an LSTM over the features; 0 for none.</summary>
    public int HiddenSize { get; init; } = 64;

    /// <summary>The share of values that is dropped before the LSTM and before the output, in training.</summary>
    public float Dropout { get; init; } = 0.5f;

    /// <summary>The layers that a model takes.</summary>
    internal Range Used => Layers switch
    {
        ElmoLayers.Lowest => ..1,
        ElmoLayers.Highest => (FeatureLayers - 1)..FeatureLayers,
        _ => ..FeatureLayers,
    };

    /// <summary>Reads the file of a model folder.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static ElmoLabelConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<ElmoLabelConfig>(path, Type);
        return config is { Labels.Count: > 0, FeatureLayers: > 0, FeatureWidth: > 0, HiddenSize: >= 0, Dropout: >= 0f and < 1f }
            ? config
            : throw new DataException(path, "a size is not positive, or the dropout is not in [0, 1)");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
