namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training.</summary>
public sealed record TaggerRun : RecipeData
{
    /// <summary>How often rare words are replaced by the unknown one; 0 for never.</summary>
    public double WordDropout { get; init; }

    /// <summary>Words that occur less often are not known.</summary>
    public int MinCount { get; init; } = 1;
}
