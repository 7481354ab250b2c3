namespace GpuSeq.Models;

/// <summary>What a pre-training has beside the model and the training.</summary>
public sealed record PretrainingRun : RecipeData
{
    /// <summary>T, the most tokens of an example.</summary>
    public int Length { get; init; } = 128;

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

    /// <summary>Of ELECTRA: what the loss of telling replaced tokens is multiplied by.</summary>
    public float ReplacementWeight { get; init; } = 50f;

    /// <inheritdoc/>
    public override string? Fault => this switch
    {
        { Length: < LeastLength } => $"length is not at least {LeastLength}",
        { Versions: < 0 } => "versions is negative",
        { ReplacementWeight: not > 0f } => "replacement_weight is not positive",
        _ => Masking.Fault,
    };

    internal const int LeastLength = 8;

    /// <summary>What a folder says; what was not pre-trained here is measured as runs are by default.</summary>
    /// <exception cref="DataException">The file is of another recipe, or has a fault.</exception>
    internal static PretrainingRun OfFolder(RunFolder folder, BertConfig config)
    {
        var run = File.Exists(folder.Recipe) ? folder.LoadRecipe<PretrainingRun>() : new();
        return run with { Length = Math.Min(run.Length, config.MaxLength) };
    }
}
