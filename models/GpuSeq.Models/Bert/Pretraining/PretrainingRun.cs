namespace GpuSeq.Models;

/// <summary>What a pre-training has beside the model and the training.</summary>
public sealed record PretrainingRun : RecipeData
{
    /// <summary>The least T.</summary>
    public const int LeastLength = 8;

    /// <summary>T, the most tokens of an example.</summary>
    public int Length { get; init; } = 64;

    /// <summary>Which pieces are foretold.</summary>
    public MaskingOptions Masking { get; init; } = new();

    /// <summary>
    /// In how many versions an example is learned from, each with masks and a second part of its own; 0 for a new one in every epoch
    /// (dynamic masking).
    /// </summary>
    public int Versions { get; init; }

    /// <summary>The most pieces of a vocabulary that is learned from the data.</summary>
    public int VocabSize { get; init; } = 8000;

    /// <summary>The folder of a tokenizer; null to learn one from the data.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>The folder of a model that is trained on; null for a new one.</summary>
    public string? From { get; init; }

    /// <summary>The share of values that is dropped in training, of hidden states and of attention; null for as the model has it.</summary>
    public float? Dropout { get; init; }

    /// <summary>Of ELECTRA: how wide the generator is, as a share of the discriminator.</summary>
    public double GeneratorSize { get; init; } = 0.25;

    /// <summary>Of ELECTRA: what the loss of telling replaced tokens is multiplied by.</summary>
    public float ReplacementWeight { get; init; } = 50f;

    /// <inheritdoc/>
    public override string? Fault => this switch
    {
        { Length: < LeastLength } => $"length is not at least {LeastLength}",
        { Versions: < 0 } => "versions is negative",
        { Dropout: not (null or (>= 0f and < 1f)) } => "the dropout is not in [0, 1)",
        { GeneratorSize: not (> 0 and <= 1) } => "generator_size is not in (0, 1]",
        { ReplacementWeight: not > 0f } => "replacement_weight is not positive",
        _ => Masking.Fault,
    };

    /// <summary>What a folder says; what was not pre-trained here is measured as runs are by default.</summary>
    /// <exception cref="DataException">The file is of another recipe, or has a fault.</exception>
    internal static PretrainingRun OfFolder(RunFolder folder, BertConfig config)
    {
        var run = File.Exists(folder.Recipe) ? folder.LoadRecipe<PretrainingRun>() : new();
        return run with { Length = Math.Min(run.Length, config.MaxLength) };
    }
}
