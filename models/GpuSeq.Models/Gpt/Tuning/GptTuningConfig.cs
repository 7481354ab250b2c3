using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>The form of a fine-tuned GPT, as its <c>config.json</c> has it: that of the GPT, and what is made of its hidden states.</summary>
public sealed record GptTuningConfig
{
    /// <summary>What <c>config.json</c> says of every fine-tuned GPT.</summary>
    public const string Type = "gpt-fine-tuned";

    /// <summary>The tokens that fine-tuning adds to a vocabulary: start, delimiter and extract, in this order at its end.</summary>
    public const int SpecialTokens = 3;

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>What it tells of texts.</summary>
    public required GptTuningForm Form { get; init; }

    /// <summary>
    /// The labels in the order of their numbers; the places of the choices, counted from 0, where it chooses. None where it tells a
    /// number.
    /// </summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Where it tells a number: the mean of those that it learned from.</summary>
    public float Mean { get; init; }

    /// <summary>Where it tells a number: the standard deviation of those that it learned from.</summary>
    public float Deviation { get; init; } = 1f;

    /// <summary>The share of values of the extract token's hidden state that is dropped in training.</summary>
    public float Dropout { get; init; } = 0.1f;

    /// <summary>Lambda: what the loss of foretelling tokens is multiplied by where it is added to the task's (section 3.2).</summary>
    public float LanguageModelWeight { get; init; } = 0.5f;

    /// <summary>The most tokens of a sequence, special ones included; longer texts are cut.</summary>
    public required int MaxLength { get; init; }

    /// <summary>The GPT; the last tokens of its vocabulary are the special ones.</summary>
    public required GptConfig Gpt { get; init; }

    /// <summary>Whether it tells a number.</summary>
    [JsonIgnore]
    public bool TellsNumber => Labels.Count == 0;

    /// <summary>The outputs for each hidden state: one for each label, or one number or score.</summary>
    [JsonIgnore]
    public int Outputs => Form == GptTuningForm.Choice || TellsNumber ? 1 : Labels.Count;

    /// <summary>Sequences of an example.</summary>
    [JsonIgnore]
    public int Sequences => Form switch
    {
        GptTuningForm.Similar => 2,
        GptTuningForm.Choice => Labels.Count,
        _ => 1,
    };

    /// <summary>The token that begins a sequence.</summary>
    [JsonIgnore]
    public int Start => Gpt.VocabSize - 3;

    /// <summary>The token between two texts.</summary>
    [JsonIgnore]
    public int Delimiter => Gpt.VocabSize - 2;

    /// <summary>The token that ends a sequence, whose hidden state is looked at.</summary>
    [JsonIgnore]
    public int Extract => Gpt.VocabSize - 1;

    /// <summary>What is wrong with it in one line; null if nothing is.</summary>
    [JsonIgnore]
    public string? Fault => this switch
    {
        _ when Gpt.Fault is { } fault => fault,
        { Gpt.VocabSize: <= SpecialTokens } => "the vocabulary holds no tokens but the special ones",
        { Labels.Count: 1 } => "there is only one label",
        { Labels.Count: 0, Form: not GptTuningForm.Similar } => "there are no labels",
        { Dropout: not (>= 0f and < 1f) } => "the dropout is not in [0, 1)",
        { LanguageModelWeight: not >= 0f } => "language_model_weight is negative",
        { Deviation: not > 0f } => "the deviation is not positive",
        _ when MaxLength < LeastLength || MaxLength > Gpt.Context => $"max_length does not lie between {LeastLength} and {Gpt.Context}",
        _ => null,
    };

    /// <summary>The answers that it gives.</summary>
    internal IAnswers Answers => TellsNumber ? new NumberAnswers(Mean, Deviation) : new LabelAnswers(Labels);

    /// <summary>Tokens of a sequence whose texts have one each.</summary>
    internal int LeastLength => Form == GptTuningForm.Classify ? 3 : 5;

    /// <summary>Reads the file.</summary>
    /// <exception cref="DataException">It is not that of a fine-tuned GPT, or has a fault.</exception>
    public static GptTuningConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<GptTuningConfig>(path, Type);
        return config.Fault is null ? config : throw new DataException(path, config.Fault);
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
