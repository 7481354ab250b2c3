namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which table, and which of its columns.</summary>
public sealed record MlpRun : RecipeData
{
    /// <summary>The column to predict; null for the last.</summary>
    public string? Target { get; init; }
}
