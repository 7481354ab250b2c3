using System.Text.Json;
using System.Text.Json.Serialization;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// The form of a model of BERT's family, as the Hub's <c>config.json</c> has it; what is left out there is as BERT-Base has it. The
/// type of model says which: <see cref="Bert"/>, <see cref="Roberta"/>, <see cref="Albert"/> or <see cref="Electra"/>.
/// </summary>
public sealed record BertConfig
{
    /// <summary>BERT (Devlin et al. 2019).</summary>
    public const string Bert = "bert";

    /// <summary>RoBERTa (Liu et al. 2019): BERT whose places are counted from behind the padding token's id.</summary>
    public const string Roberta = "roberta";

    /// <summary>ALBERT (Lan et al. 2020): narrow embeddings, and layers that share their parameters.</summary>
    public const string Albert = "albert";

    /// <summary>ELECTRA (Clark et al. 2020): narrow embeddings, no pooler.</summary>
    public const string Electra = "electra";

    /// <summary>All of the family.</summary>
    public static readonly IReadOnlyList<string> ModelTypes = [Bert, Roberta, Albert, Electra];

    private const int NarrowEmbedding = 128; // of ALBERT and ELECTRA, where their files do not say

    /// <summary>The kind of model.</summary>
    public string ModelType { get; init; } = Bert;

    /// <summary>What the model is for: the Hub's name of its class, such as <c>BertForMaskedLM</c>.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>V, the number of tokens.</summary>
    public int VocabSize { get; init; } = 30522;

    /// <summary>C, the width of the hidden states.</summary>
    [JsonPropertyName("hidden_size")]
    public int Width { get; init; } = 768;

    /// <summary>The width of the tokens' vectors; null for C, or for 128 where ALBERT and ELECTRA leave it out.</summary>
    [JsonPropertyName("embedding_size")]
    public int? NarrowWidth { get; init; }

    /// <summary>L, the number of layers.</summary>
    [JsonPropertyName("num_hidden_layers")]
    public int Layers { get; init; } = 12;

    /// <summary>H, which divides C.</summary>
    [JsonPropertyName("num_attention_heads")]
    public int Heads { get; init; } = 12;

    /// <summary>F, the width between the two layers of a feed-forward network.</summary>
    [JsonPropertyName("intermediate_size")]
    public int Inner { get; init; } = 3072;

    /// <summary>Of ALBERT: groups of layers that have parameters of their own; null for one.</summary>
    [JsonPropertyName("num_hidden_groups")]
    public int? LayerGroups { get; init; }

    /// <summary>Of ALBERT: layers of a group, computed one after the other; null for one.</summary>
    [JsonPropertyName("inner_group_num")]
    public int? LayersOfGroup { get; init; }

    /// <summary>The function of the feed-forward networks by the Hub's name; null for <c>gelu</c>, of ALBERT <c>gelu_new</c>.</summary>
    [JsonPropertyName("hidden_act")]
    public string? ActivationFunction { get; init; }

    /// <summary>The share of values that is dropped of embeddings and of what each sublayer computes, in training.</summary>
    [JsonPropertyName("hidden_dropout_prob")]
    public float HiddenDropout { get; init; } = 0.1f;

    /// <summary>The share of attention weights that is dropped in training.</summary>
    [JsonPropertyName("attention_probs_dropout_prob")]
    public float AttentionDropout { get; init; } = 0.1f;

    /// <summary>The share of values that is dropped in front of the layer that tells labels, in training; null as elsewhere.</summary>
    public float? ClassifierDropout { get; init; }

    /// <summary>The same in the files of ALBERT.</summary>
    public float? ClassifierDropoutProb { get; init; }

    /// <summary>The most places: each has a vector of its own.</summary>
    [JsonPropertyName("max_position_embeddings")]
    public int Positions { get; init; } = 512;

    /// <summary>The number of types of tokens, such as those of the first and of the second text.</summary>
    [JsonPropertyName("type_vocab_size")]
    public int Types { get; init; } = 2;

    /// <summary>The deviation of the first values of weights.</summary>
    public float InitializerRange { get; init; } = 0.02f;

    /// <summary>What layer norms add to the variance.</summary>
    public float LayerNormEps { get; init; } = 1e-12f;

    /// <summary>The token that fills rows up, whose vector is not trained by look-ups; null for 0, of RoBERTa 1.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>The token that begins a text, where the files say.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>The token that ends a text, where the files say.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>How places are told apart: <c>absolute</c> only.</summary>
    public string PositionEmbeddingType { get; init; } = "absolute";

    /// <summary>Whether the head that foretells masked tokens reads the table of the tokens' vectors.</summary>
    [JsonPropertyName("tie_word_embeddings")]
    public bool TiesWeights { get; init; } = true;

    /// <summary>What the outputs of a head stand for, by their number.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<string, string>? LabelOfId { get; init; }

    /// <summary>The same the other way round.</summary>
    [JsonPropertyName("label2id")]
    public IReadOnlyDictionary<string, int>? IdOfLabel { get; init; }

    /// <summary>How many outputs there are, in files that do not name them.</summary>
    public int? NumLabels { get; init; }

    /// <summary>
    /// What a classifier tells: <c>regression</c>, <c>single_label_classification</c> or <c>multi_label_classification</c>; null for
    /// a number where there is one output, and else for one label of all.
    /// </summary>
    public string? ProblemType { get; init; }

    /// <summary>Settings that files have and that change nothing of what is computed, kept as they are.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }

    /// <summary>The labels in the order of their numbers; two where the files say nothing, and LABEL_0 and so on without names.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Labels
    {
        get => [.. Enumerable.Range(0, LabelOfId?.Count ?? NumLabels ?? 2).Select(
            id => LabelOfId?.GetValueOrDefault($"{id}") ?? $"LABEL_{id}")];
        init => (LabelOfId, IdOfLabel) = (
            value.Index().ToDictionary(entry => $"{entry.Index}", entry => entry.Item),
            value.Index().ToDictionary(entry => entry.Item, entry => entry.Index));
    }

    /// <summary>The Hub's name of the model's class; null where the file does not say.</summary>
    [JsonIgnore]
    public string? Architecture => Architectures is [var first, ..] ? first : null;

    /// <summary>The width of the tokens' vectors.</summary>
    [JsonIgnore]
    public int EmbeddingWidth => NarrowWidth ?? (ModelType is Albert or Electra ? NarrowEmbedding : Width);

    /// <summary>The token that fills rows up.</summary>
    [JsonIgnore]
    public int PaddingToken => PadTokenId ?? (ModelType == Roberta ? 1 : 0);

    /// <summary>The place of a sequence's first token.</summary>
    [JsonIgnore]
    public int FirstPosition => ModelType == Roberta ? PaddingToken + 1 : 0;

    /// <summary>The most tokens of a sequence.</summary>
    [JsonIgnore]
    public int MaxLength => Positions - FirstPosition;

    /// <summary>What is wrong with it in one line; null if nothing is.</summary>
    [JsonIgnore]
    public string? Fault => this switch
    {
        { ModelType: not (Bert or Roberta or Albert or Electra) } =>
            $"the model is of type '{ModelType}', not '{Bert}', '{Roberta}', '{Albert}' or '{Electra}'",
        { VocabSize: < 1 } or { Width: < 1 } or { EmbeddingWidth: < 1 } or { Layers: < 1 } or { Heads: < 1 } or { Inner: < 1 }
            or { MaxLength: < 1 } or { Types: < 1 } or { LayerGroups: < 1 } or { LayersOfGroup: < 1 } => "a size is not positive",
        _ when Width % Heads != 0 => $"num_attention_heads {Heads} does not divide hidden_size {Width}",
        _ when ModelType is Bert or Roberta && EmbeddingWidth != Width =>
            $"embedding_size {EmbeddingWidth} is not hidden_size {Width}, as a model of type '{ModelType}' has it",
        _ when ModelType != Albert && (LayerGroups ?? LayersOfGroup) is not null =>
            $"only a model of type '{Albert}' has num_hidden_groups and inner_group_num",
        _ when LayerGroups > Layers => $"num_hidden_groups {LayerGroups} is more than num_hidden_layers {Layers}",
        { HiddenDropout: not (>= 0f and < 1f) } or { AttentionDropout: not (>= 0f and < 1f) } or { LabelDropout: not (>= 0f and < 1f) } =>
            "a dropout is not in [0, 1)",
        { HiddenActivation: null } => $"the activation function '{ActivationFunction}' is not known",
        { LayerNormEps: not > 0f } => "layer_norm_eps is not positive",
        { InitializerRange: not >= 0f } => "initializer_range is negative",
        { PositionEmbeddingType: not "absolute" } => $"position_embedding_type is '{PositionEmbeddingType}', which is not supported",
        { LabelOfId.Count: 0 } or { NumLabels: < 1 } => "there are no labels",
        _ when PaddingToken < 0 || PaddingToken >= VocabSize => $"pad_token_id {PaddingToken} is none of {VocabSize} tokens",
        _ when Other?.GetValueOrDefault("is_decoder").ValueKind == JsonValueKind.True => "is_decoder is true, which is not supported",
        _ => HubSettings.Fault(Other),
    };

    /// <summary>The function of the feed-forward networks.</summary>
    internal Activation? HiddenActivation => HubActivations.Find(ActivationFunction ?? (ModelType == Albert ? "gelu_new" : "gelu"));

    /// <summary>The share of values that is dropped in front of the layer that tells labels.</summary>
    internal float LabelDropout => ClassifierDropout ?? ClassifierDropoutProb ?? HiddenDropout;

    /// <summary>How weights begin.</summary>
    internal Engine.Initializer Weights => Engine.Initializer.Normal(InitializerRange);

    /// <summary>
    /// The place of each token as the Hub's models count it: of RoBERTa, padding on either side has the padding token's id for its
    /// place, and the tokens are counted from behind it.
    /// </summary>
    /// <param name="ids">Rows of tokens.</param>
    /// <param name="length">T, the tokens of a row.</param>
    public int[] PositionsOf(ReadOnlySpan<int> ids, int length)
    {
        var positions = new int[ids.Length];
        var count = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            count = i % length == 0 ? 0 : count;
            positions[i] = ModelType == Roberta && ids[i] == PaddingToken ? PaddingToken : FirstPosition + count++;
        }
        return positions;
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="DataException">It is not that of a model of the family, or has a setting that is unknown or cannot be met.</exception>
    public static BertConfig Load(string path)
    {
        _ = JsonFile.TypeOf(path);
        var config = JsonFile.Load<BertConfig>(path, "the configuration of a model of BERT's family");
        return config.Fault is null ? config : throw new DataException(path, config.Fault);
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
