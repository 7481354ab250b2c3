namespace GpuSeq.Models;

/// <summary>How the next token is chosen from the logits of all: they are changed in the order in which the options stand here.</summary>
public sealed record SamplingOptions
{
    /// <summary>
    /// Makes tokens that the text has already less likely, above 1: positive logits are divided by it and negative ones multiplied
    /// (Keskar et al. 2019, section 4.1). 1 changes nothing.
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1f;

    /// <summary>Divides the logits; 0 always takes the most likely token.</summary>
    public float Temperature { get; init; } = 1f;

    /// <summary>Only so many of the most likely tokens are considered; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>
    /// Only the most likely tokens are considered whose probabilities reach this sum (Holtzman et al. 2020, section 3.1); 1 for all.
    /// </summary>
    public float TopP { get; init; } = 1f;

    /// <summary>The same seed writes the same text.</summary>
    public ulong Seed { get; init; } = 1;

    internal void Check()
    {
        if (!(Temperature >= 0f) || !float.IsFinite(Temperature))
            throw new ArgumentOutOfRangeException(nameof(Temperature), $"The temperature is a number from 0 on, not {Temperature}.");
        ArgumentOutOfRangeException.ThrowIfNegative(TopK);
        if (!(TopP > 0f) || TopP > 1f)
            throw new ArgumentOutOfRangeException(nameof(TopP), $"A sum of probabilities lies above 0 and up to 1, not at {TopP}.");
        if (!(RepetitionPenalty > 0f) || !float.IsFinite(RepetitionPenalty))
        {
            throw new ArgumentOutOfRangeException(
                nameof(RepetitionPenalty), $"The penalty of repetitions is above 0, not {RepetitionPenalty}.");
        }
    }
}
