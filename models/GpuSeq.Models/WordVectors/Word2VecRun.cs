namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which words it learns, and what they are measured on.</summary>
public sealed record Word2VecRun : RecipeData
{
    /// <summary>Words that occur less often are left out.</summary>
    public int MinCount { get; init; } = 5;

    /// <summary>The most words.</summary>
    public int MaxVocabulary { get; init; } = 100_000;

    /// <summary>A file or folder of word lists that every evaluation measures on; null for none.</summary>
    public string? WordLists { get; init; }
}
