using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>How the decoder looks at the words of the source.</summary>
public enum AttentionKind
{
    /// <summary>Not at all: the last state of the encoder says everything (Sutskever, Vinyals and Le 2014).</summary>
    None,

    /// <summary>After each step, by dot products (Luong, Pham and Manning 2015).</summary>
    Dot,

    /// <summary>After each step, by dot products with weights (Luong, Pham and Manning 2015).</summary>
    General,

    /// <summary>Before each step, by a small network (Bahdanau, Cho and Bengio 2015).</summary>
    Additive,
}

/// <summary>The form of a recurrent encoder and decoder.</summary>
public sealed record Seq2SeqConfig
{
    /// <summary>What <c>config.json</c> says of every such model.</summary>
    public const string Type = "seq2seq";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>The number of words that it reads, special ones included.</summary>
    public required int SourceVocabSize { get; init; }

    /// <summary>The number of words that it writes, special ones included.</summary>
    public required int TargetVocabSize { get; init; }

    /// <summary>The kind of cell.</summary>
    public CellKind Cell { get; init; } = CellKind.Gru;

    /// <summary>How the decoder looks at the words of the source.</summary>
    public AttentionKind Attention { get; init; } = AttentionKind.General;

    /// <summary>
    /// Whether dot and general attention give each result to the next step (Luong, Pham and Manning 2015, section 3.3). Then the
    /// decoder goes step by step; else it takes whole sequences at once in training.
    /// </summary>
    public bool InputFeeding { get; init; }

    /// <summary>E, the length of a word's vector.</summary>
    public int EmbeddingSize { get; init; } = 256;

    /// <summary>H, the size of the decoder's state, which is even: half of it is the state of each of the encoder's directions.</summary>
    public int HiddenSize { get; init; } = 512;

    /// <summary>Layers of the encoder, and of the decoder.</summary>
    public int NumLayers { get; init; } = 1;

    /// <summary>The share of values that is dropped of words' vectors, between layers and before the output, in training.</summary>
    public float Dropout { get; init; }

    /// <summary>How much of each target is spread evenly over all words, in training (Szegedy et al. 2016).</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Whether pairs of sentences are taken the other way round: the second is the source.</summary>
    public bool Reverse { get; init; }

    /// <summary>Whether the decoder cannot take whole sequences at once.</summary>
    internal bool IsStepwise => Attention == AttentionKind.Additive || InputFeeding;

    /// <summary>Reads the file of a model folder.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static Seq2SeqConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<Seq2SeqConfig>(path, Type);
        return config.Fault is { } fault ? throw new DataException(path, fault) : config;
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);

    /// <summary>What is wrong with the form; null where nothing is.</summary>
    [JsonIgnore]
    public string? Fault => this switch
    {
        not { SourceVocabSize: > 0, TargetVocabSize: > 0, EmbeddingSize: > 0, HiddenSize: > 0, NumLayers: > 0 } => "a size is not positive",
        not { Dropout: >= 0f and < 1f, LabelSmoothing: >= 0f and < 1f } => "dropout or label smoothing is not in [0, 1)",
        { HiddenSize: var size } when size % 2 != 0 => $"the hidden size {size} is not even, and the encoder's directions take half of it each",
        { InputFeeding: true, Attention: AttentionKind.None or AttentionKind.Additive } => "input feeding goes with dot or general attention",
        _ => null,
    };
}
