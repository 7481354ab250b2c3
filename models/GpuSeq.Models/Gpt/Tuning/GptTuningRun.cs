namespace GpuSeq.Models;

/// <summary>What a run of the recipes has beside the model and the training.</summary>
public sealed record GptTuningRun : RecipeData
{
    /// <summary>The folder of the GPT that it began with; null where that was drawn at random.</summary>
    public string? Model { get; init; }
}
