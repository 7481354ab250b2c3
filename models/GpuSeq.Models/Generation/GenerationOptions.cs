namespace GpuSeq.Models;

/// <summary>What is written, and how long.</summary>
public sealed record GenerationOptions
{
    /// <summary>How tokens are chosen. Each text of a batch has a random stream of its own.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>The most tokens to write; a token that ends texts ends one earlier.</summary>
    public int Length { get; init; } = 200;

    /// <summary>A text ends before the first of these; none is empty.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}
