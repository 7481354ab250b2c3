namespace GpuSeq.Models;

/// <summary>What a run of the recipes has beside the model and the training: data, and the language model.</summary>
public sealed record ElmoLabelRun : RecipeData
{
    /// <summary>The folder of the language model's run.</summary>
    public required string Elmo { get; init; }
}
