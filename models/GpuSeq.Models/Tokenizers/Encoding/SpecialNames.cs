namespace GpuSeq.Models;

/// <summary>How files spell the special tokens, null where they do not say.</summary>
internal sealed record SpecialNames
{
    public string? Begin { get; init; }

    public string? Separator { get; init; }

    public string? Padding { get; init; }

    public string? Mask { get; init; }

    public string? Unknown { get; init; }
}
