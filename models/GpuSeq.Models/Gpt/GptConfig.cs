using System.Text.Json;
using System.Text.Json.Serialization;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// The form of a GPT, as the Hub's <c>config.json</c> has it; what is left out there is as GPT-2 has it. The type of model says
/// which: <see cref="Gpt1"/>, <see cref="Gpt2"/> or <see cref="Gpt3"/>.
/// </summary>
public sealed record GptConfig
{
    /// <summary>Layer norms behind each sublayer, none at the end (Radford et al. 2018).</summary>
    public const string Gpt1 = "openai-gpt";

    /// <summary>Layer norms in front of each sublayer and at the end (Radford et al. 2019).</summary>
    public const string Gpt2 = "gpt2";

    /// <summary>GPT-2 whose every second layer attends to a band of the nearest tokens (Brown et al. 2020, section 2.1).</summary>
    public const string Gpt3 = "gpt3";

    /// <summary>The kind of model.</summary>
    public string ModelType { get; init; } = Gpt2;

    /// <summary>V, the number of tokens.</summary>
    public int VocabSize { get; init; } = 50257;

    /// <summary>The most tokens of a sequence: each place has a vector of its own.</summary>
    [JsonPropertyName("n_positions")]
    public int Context { get; init; } = 1024;

    /// <summary>C, the length of a token's vector.</summary>
    [JsonPropertyName("n_embd")]
    public int Width { get; init; } = 768;

    /// <summary>L, the number of blocks.</summary>
    [JsonPropertyName("n_layer")]
    public int Layers { get; init; } = 12;

    /// <summary>H, which divides C.</summary>
    [JsonPropertyName("n_head")]
    public int Heads { get; init; } = 12;

    /// <summary>F, the width between the two layers of a feed-forward network; null for 4 C.</summary>
    [JsonPropertyName("n_inner")]
    public int? InnerWidth { get; init; }

    /// <summary>The function of the feed-forward networks by the Hub's name; null for <c>gelu_new</c>.</summary>
    public string? ActivationFunction { get; init; }

    /// <summary>The same in the files of GPT-1, where <c>gelu</c> means what <c>gelu_new</c> means elsewhere.</summary>
    public string? Afn { get; init; }

    /// <summary>The share of values that is dropped of what each sublayer computes, in training.</summary>
    [JsonPropertyName("resid_pdrop")]
    public float ResidualDropout { get; init; } = 0.1f;

    /// <summary>The share of values that is dropped of the tokens' vectors, in training.</summary>
    [JsonPropertyName("embd_pdrop")]
    public float EmbeddingDropout { get; init; } = 0.1f;

    /// <summary>The share of attention weights that is dropped in training.</summary>
    [JsonPropertyName("attn_pdrop")]
    public float AttentionDropout { get; init; } = 0.1f;

    /// <summary>What layer norms add to the variance.</summary>
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    /// <summary>The deviation of the first values of weights.</summary>
    public float InitializerRange { get; init; } = 0.02f;

    /// <summary>Whether scores are divided by the square root of the head size.</summary>
    [JsonPropertyName("scale_attn_weights")]
    public bool ScalesAttention { get; init; } = true;

    /// <summary>Whether scores are divided by the number of the layer too, from 1.</summary>
    [JsonPropertyName("scale_attn_by_inverse_layer_idx")]
    public bool ScalesAttentionByLayer { get; init; }

    /// <summary>Whether the output layer's weight is the table of the tokens' vectors.</summary>
    [JsonPropertyName("tie_word_embeddings")]
    public bool TiesWeights { get; init; } = true;

    /// <summary>
    /// Of <see cref="Gpt3"/>: how many tokens before its own a query sees in layers 1, 3, 5 and so on (Child et al. 2019); the
    /// other layers see all. Null where every layer does.
    /// </summary>
    public int? AttentionBand { get; init; }

    /// <summary>The token that begins a text.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>The token that ends a text.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>Settings that files have and that change nothing of what is computed, kept as they are.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }

    /// <summary>Whether layer norms stand behind the sublayers.</summary>
    [JsonIgnore]
    public bool IsPostNorm => ModelType == Gpt1;

    /// <summary>F.</summary>
    internal int Inner => InnerWidth ?? 4 * Width;

    /// <summary>What the blocks have in common with other transformers' layers.</summary>
    internal TransformerLayerConfig LayerForm => new()
    {
        Width = Width,
        Heads = Heads,
        Inner = Inner,
        Dropout = ResidualDropout,
        AttentionDropout = AttentionDropout,
        Activation = Activation!.Value,
        NormFirst = !IsPostNorm,
        LayerNormEps = LayerNormEpsilon,
    };

    private Activation? Activation => (ActivationFunction ?? Afn ?? "gelu_new") is var name && IsPostNorm && name == "gelu"
        ? Kernels.Activation.GeluTanh
        : HubActivations.Find(name);

    /// <summary>What is wrong with it in one line; null if nothing is.</summary>
    [JsonIgnore]
    public string? Fault => this switch
    {
        { ModelType: not (Gpt1 or Gpt2 or Gpt3) } => $"the model is of type '{ModelType}', not '{Gpt1}', '{Gpt2}' or '{Gpt3}'",
        { VocabSize: < 1 } or { Context: < 1 } or { Width: < 1 } or { Layers: < 1 } or { Heads: < 1 } or { Inner: < 1 } =>
            "a size is not positive",
        _ when Width % Heads != 0 => $"n_head {Heads} does not divide n_embd {Width}",
        { ResidualDropout: not (>= 0f and < 1f) } or { EmbeddingDropout: not (>= 0f and < 1f) }
            or { AttentionDropout: not (>= 0f and < 1f) } => "a dropout is not in [0, 1)",
        { Activation: null } => $"the activation function '{ActivationFunction ?? Afn}' is not known",
        { LayerNormEpsilon: not > 0f } => "layer_norm_epsilon is not positive",
        { InitializerRange: not >= 0f } => "initializer_range is negative",
        { AttentionBand: < 0 } => "attention_band is negative",
        { ModelType: Gpt3, AttentionBand: null } => $"a model of type '{Gpt3}' needs an attention_band",
        { ModelType: not Gpt3, AttentionBand: not null } => $"only a model of type '{Gpt3}' has an attention_band",
        _ when EosTokenId >= VocabSize || EosTokenId < 0 => $"eos_token_id {EosTokenId} is none of {VocabSize} tokens",
        _ => HubSettings.Fault(Other),
    };

    /// <summary>The band of a layer; null where it sees all tokens before.</summary>
    public int? BandOf(int layer) => layer % 2 == 1 ? AttentionBand : null;

    /// <summary>What the scores of a layer are multiplied by.</summary>
    public float ScaleOf(int layer) =>
        (ScalesAttention ? 1f / MathF.Sqrt(Width / Heads) : 1f) / (ScalesAttentionByLayer ? layer + 1 : 1);

    /// <summary>Reads the file.</summary>
    /// <exception cref="DataException">It is not a GPT's, or has a setting that is unknown or cannot be met.</exception>
    public static GptConfig Load(string path)
    {
        _ = JsonFile.TypeOf(path);
        var config = JsonFile.Load<GptConfig>(path, "the configuration of a GPT");
        return config.Fault is null ? config : throw new DataException(path, config.Fault);
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
