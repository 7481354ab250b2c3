namespace GpuSeq.Models;

/// <summary>
/// How text is prepared for a unigram tokenizer, and how its pieces are learned; as for ALBERT where nothing else is said.
/// </summary>
public sealed record UnigramOptions
{
    /// <summary>Whether letters become small.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Whether accents are left out.</summary>
    public bool StripAccents { get; init; } = true;

    /// <summary>The share of all characters that get a piece of their own, the most frequent first; others are unknown.</summary>
    public double Coverage { get; init; } = 0.9995;

    /// <summary>The most code points of a piece.</summary>
    public int LongestPiece { get; init; } = 16;
}
