using System.Text.Json.Serialization;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>What an encoder and decoder was trained for.</summary>
public enum RewritingKind
{
    /// <summary>To say the same in another language.</summary>
    Translation,

    /// <summary>To say the same in fewer words.</summary>
    Summarization,
}

/// <summary>The form of a transformer of encoder and decoder (Vaswani et al. 2017).</summary>
public sealed record TransformerConfig
{
    /// <summary>What <c>config.json</c> says of every such model.</summary>
    public const string Type = "transformer";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>What it was trained for.</summary>
    public RewritingKind Kind { get; init; }

    /// <summary>The number of tokens that it reads, special ones included.</summary>
    public required int SourceVocabSize { get; init; }

    /// <summary>The number of tokens that it writes, special ones included.</summary>
    public required int TargetVocabSize { get; init; }

    /// <summary>
    /// Whether source and target have the same tokens. Then what it reads on either side and what it tells have the same vectors
    /// (Press and Wolf 2017, section 5); else what the decoder reads and tells.
    /// </summary>
    public bool SharedVocabulary { get; init; } = true;

    /// <summary>C, the width of the layers.</summary>
    public int HiddenSize { get; init; } = 256;

    /// <summary>Layers of the encoder.</summary>
    public int EncoderLayers { get; init; } = 3;

    /// <summary>Layers of the decoder.</summary>
    public int DecoderLayers { get; init; } = 3;

    /// <summary>H, the heads of attention.</summary>
    public int NumHeads { get; init; } = 8;

    /// <summary>F, the width inside of feed-forward networks.</summary>
    public int InnerSize { get; init; } = 1024;

    /// <summary>The function inside of feed-forward networks: Relu or Gelu.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Whether sublayers normalise what goes in, rather than what comes out.</summary>
    public bool NormFirst { get; init; } = true;

    /// <summary>What layer normalisation adds to the variance.</summary>
    public float LayerNormEps { get; init; } = 1e-5f;

    /// <summary>How it knows where a token stands.</summary>
    public PositionKind Positions { get; init; }

    /// <summary>The most tokens of a text; longer ones are cut when they are read.</summary>
    public int MaxPositions { get; init; } = 256;

    /// <summary>The share of tokens' vectors, and of what each sublayer computes, that is dropped in training.</summary>
    public float Dropout { get; init; } = 0.1f;

    /// <summary>The share of attention's weights that is dropped in training.</summary>
    public float AttentionDropout { get; init; }

    /// <summary>The share inside of feed-forward networks that is dropped in training.</summary>
    public float InnerDropout { get; init; }

    /// <summary>How much of each target is spread evenly over all tokens, in training (Szegedy et al. 2016).</summary>
    public float LabelSmoothing { get; init; } = 0.1f;

    /// <summary>Whether pairs of texts are taken the other way round: the second is the source.</summary>
    public bool Reverse { get; init; }

    /// <summary>What is wrong with the form; null where nothing is.</summary>
    [JsonIgnore]
    public string? Fault => this switch
    {
        not { SourceVocabSize: > 0, TargetVocabSize: > 0, HiddenSize: > 0, EncoderLayers: > 0, DecoderLayers: > 0, InnerSize: > 0 } =>
            "a size is not positive",
        not { MaxPositions: > 1, NumHeads: > 0 } => "it has too few positions or heads",
        not { Dropout: >= 0f and < 1f, AttentionDropout: >= 0f and < 1f, InnerDropout: >= 0f and < 1f, LabelSmoothing: >= 0f and < 1f } =>
            "dropout or label smoothing is not in [0, 1)",
        not { Activation: Activation.Relu or Activation.Gelu } => $"the activation is not relu or gelu but {Activation}",
        { SharedVocabulary: true } when SourceVocabSize != TargetVocabSize =>
            $"a shared vocabulary cannot have {SourceVocabSize} tokens for the source and {TargetVocabSize} for the target",
        _ when HiddenSize % NumHeads != 0 => $"{NumHeads} heads do not divide a width of {HiddenSize}",
        _ => null,
    };

    /// <summary>The form of its layers.</summary>
    [JsonIgnore]
    internal TransformerLayerConfig Layer => new()
    {
        Width = HiddenSize,
        Heads = NumHeads,
        Inner = InnerSize,
        Dropout = Dropout,
        AttentionDropout = AttentionDropout,
        InnerDropout = InnerDropout,
        Activation = Activation,
        NormFirst = NormFirst,
        LayerNormEps = LayerNormEps,
    };

    /// <summary>Reads the file of a model folder.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static TransformerConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<TransformerConfig>(path, Type);
        return config.Fault is { } fault ? throw new DataException(path, fault) : config;
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
