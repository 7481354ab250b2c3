namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training.</summary>
public sealed record Seq2SeqRun : RecipeData
{
    /// <summary>Words that occur less often in the data are not known.</summary>
    public int MinCount { get; init; } = 1;
}
