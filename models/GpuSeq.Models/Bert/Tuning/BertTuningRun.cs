using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>
/// What a run of a fine-tuning has beside the model and the training. A folder of the Hub has none of it, for which the defaults
/// stand.
/// </summary>
public record BertTuningRun : RecipeData
{
    /// <summary>The folder of the model that it began with; null where that was drawn at random.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the form and the tokenizer of that model were taken alone, and the parameters drawn at random.</summary>
    public bool IsUntrained { get; init; }

    /// <summary>The most tokens of a sequence, special ones included; null for as many as the model has places.</summary>
    public int? MaxLength { get; init; }

    /// <summary>What the learning rate of each layer is of that of the layer above it.</summary>
    public float LayerDecay { get; init; } = 1f;

    /// <summary>The embeddings and so many layers from the first on stay as they are; null where everything learns.</summary>
    public int? FrozenLayers { get; init; }

    /// <summary>The share of values that is dropped in training, of hidden states and of attention; null for as the model has it.</summary>
    public float? Dropout { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Fault => this switch
    {
        { MaxLength: < LeastLength } => $"max_length is less than {LeastLength}",
        { LayerDecay: not (> 0f and <= 1f) } => "layer_decay is not in (0, 1]",
        { FrozenLayers: < 0 } => "frozen_layers is negative",
        { Dropout: not (null or (>= 0f and < 1f)) } => "the dropout is not in [0, 1)",
        _ => null,
    };

    /// <summary>Three special tokens, and two of each text.</summary>
    internal const int LeastLength = 7;

    /// <summary>What a folder says; the defaults where it says nothing, as one of the Hub.</summary>
    /// <exception cref="DataException">The file cannot be read, or has a fault.</exception>
    internal static T Of<T>(RunFolder folder)
        where T : BertTuningRun, new() => File.Exists(folder.Recipe) ? folder.LoadRecipe<T>() : new();

    /// <summary>The most tokens of a sequence for a model.</summary>
    internal int LengthFor(BertConfig config) => Math.Min(MaxLength ?? int.MaxValue, config.MaxLength);

    /// <summary>The form of a model with this dropout.</summary>
    internal BertConfig Dropping(BertConfig config) => Dropout is not { } share ? config : config with
    {
        HiddenDropout = share,
        AttentionDropout = share,
        ClassifierDropout = null,
        ClassifierDropoutProb = config.ModelType == BertConfig.Albert ? share : null,
    };
}
