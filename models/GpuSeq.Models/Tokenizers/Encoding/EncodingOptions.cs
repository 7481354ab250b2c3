namespace GpuSeq.Models;

/// <summary>What is cut where texts have too many tokens.</summary>
public enum Truncation
{
    /// <summary>Of a pair the longer text, token by token; of two that are as long the second.</summary>
    LongestFirst,

    /// <summary>The first text.</summary>
    OnlyFirst,

    /// <summary>The second text.</summary>
    OnlySecond,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>How a text or two become what a model reads.</summary>
public sealed record EncodingOptions
{
    /// <summary>The most tokens, the special ones among them; null for no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>What is cut where there are more.</summary>
    public Truncation Truncation { get; init; } = Truncation.LongestFirst;

    /// <summary>How many tokens a window has in common with the one before it; see <see cref="TextEncoder.EncodeWindows"/>.</summary>
    public int Stride { get; init; }

    /// <summary>Whether special tokens stand around the texts.</summary>
    public bool AddsSpecial { get; init; } = true;

    /// <summary>Whether the spelling of a special token that stands in a text is the token; else it is text.</summary>
    public bool RecognizesSpecial { get; init; }
}
