namespace GpuSeq.Models;

/// <summary>How a translation, or another text that rewrites one, is looked for.</summary>
public sealed record SearchOptions
{
    /// <summary>Always takes the likeliest word.</summary>
    public static SearchOptions Greedy { get; } = new() { Beam = 1 };

    /// <summary>How many beginnings are kept on the way; 1 always takes the likeliest word.</summary>
    public int Beam { get; init; } = 5;

    /// <summary>The exponent of the length by which likelihoods are divided (Wu et al. 2016, equation 14); 0 favours short texts.</summary>
    public double LengthPenalty { get; init; } = 0.6;

    /// <summary>The fewest tokens; no text ends before.</summary>
    public int MinLength { get; init; }

    /// <summary>The most tokens; null for twice those of the source and ten more.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The most tokens of what is written for a source of so many.</summary>
    internal int MaxLengthOf(int source) => MaxLength ?? 2 * source + 10;
}
