namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which texts, and which of their words.</summary>
public sealed record TextClassificationRun : RecipeData
{
    /// <summary>Words that occur less often are not known.</summary>
    public int MinCount { get; init; } = 2;

    /// <summary>The share of words that are made unknown in training.</summary>
    public float WordDropout { get; init; }
}
