using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>What is masked together.</summary>
public enum MaskUnit
{
    /// <summary>Single pieces (Devlin et al. 2019).</summary>
    Piece,

    /// <summary>All pieces of a word.</summary>
    Word,

    /// <summary>One, two or three words side by side, n of them with a probability in proportion to 1 / n (Lan et al. 2020).</summary>
    Ngram,
}

/// <summary>Which pieces a model must foretell, and what it sees in their places (Devlin et al. 2019, section 3.1).</summary>
public sealed record MaskingOptions
{
    /// <summary>The share of the pieces that are foretold.</summary>
    public double Share { get; init; } = 0.15;

    /// <summary>The share of these in whose place the mask stands.</summary>
    public double MaskShare { get; init; } = 0.8;

    /// <summary>The share of these in whose place a random piece stands; the others stay as they are.</summary>
    public double RandomShare { get; init; } = 0.1;

    /// <summary>What is masked together.</summary>
    public MaskUnit Unit { get; init; }

    /// <summary>What is wrong with it in one line; null if nothing is.</summary>
    [JsonIgnore]
    public string? Fault => this switch
    {
        { Share: not (> 0 and <= 0.5) } => "the share of masked pieces is not above 0 and at most 0.5",
        { MaskShare: not (>= 0 and <= 1) } or { RandomShare: not (>= 0 and <= 1) } => "a share is not in [0, 1]",
        _ when MaskShare + RandomShare > 1 => "mask_share and random_share are more than 1 together",
        _ => null,
    };

    /// <summary>How many of a number of pieces are foretold: at least one.</summary>
    public int Count(int pieces) => Math.Max(1, (int)Math.Round(Share * pieces, MidpointRounding.AwayFromZero));
}
