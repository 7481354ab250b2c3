namespace GpuSeq.Models;

/// <summary>What a run of the recipes has beside the model and the training.</summary>
public sealed record TransformerRun : RecipeData
{
    /// <summary>The most tokens that byte-pair encoding learns; of each side where they have their own.</summary>
    public int VocabSize { get; init; } = 8000;

    /// <summary>The most places of a batch, on either side.</summary>
    public int BatchTokens { get; init; } = 2048;

    /// <inheritdoc/>
    public override string? Fault => BatchTokens < 1 || VocabSize < 1 ? "a size is not positive" : null;
}
