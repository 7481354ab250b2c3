namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which text, and how it is cut.</summary>
public sealed record CharRnnRun : RecipeData
{
    /// <summary>T, characters through which gradients go back.</summary>
    public int SequenceLength { get; init; } = 64;

    /// <inheritdoc/>
    public override string? Fault => SequenceLength > 0 ? null : "sequence_length is not positive";
}
