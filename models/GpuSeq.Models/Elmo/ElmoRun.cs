namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which text, and what is predicted.</summary>
public sealed record ElmoRun : RecipeData
{
    /// <summary>T, words through which gradients go back.</summary>
    public int SequenceLength { get; init; } = 24;

    /// <summary>Words that occur less often are not predicted.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>The most words that can be predicted, special ones included.</summary>
    public int MaxVocabulary { get; init; } = 8000;

    /// <inheritdoc/>
    public override string? Fault => SequenceLength > 0 ? null : "sequence_length is not positive";
}
