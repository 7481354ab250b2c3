namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which text, and how it is cut.</summary>
public sealed record ElmoRun : RecipeData
{
    /// <summary>T, words through which gradients go back.</summary>
    public int SequenceLength { get; init; } = 24;

    /// <summary>The most words that can be predicted.</summary>
    public int MaxWords { get; init; } = 8000;

    /// <summary>How texts are cut into words; null to tell by their look.</summary>
    public WordForm? WordForm { get; init; }
}
