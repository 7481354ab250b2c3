namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which words it learns.</summary>
public sealed record NnlmRun : RecipeData
{
    /// <summary>Words that occur less often are not known.</summary>
    public int MinCount { get; init; } = 3;

    /// <summary>The most words, special ones included.</summary>
    public int MaxVocabulary { get; init; } = 10_000;
}
