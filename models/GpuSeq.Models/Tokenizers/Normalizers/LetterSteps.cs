namespace GpuSeq.Models;

/// <summary>Makes letters small.</summary>
internal sealed record LowercaseStep : ITextStep
{
    public const string Type = "Lowercase";

    public object Json => new { Type };

    public void Apply(AlignedText text) => text.LowerCase();
}

/// <summary>Leaves out marks that take no place of their own; they stand apart in decomposed text alone.</summary>
internal sealed record StripAccentsStep : ITextStep
{
    public const string Type = "StripAccents";

    public object Json => new { Type };

    public void Apply(AlignedText text) => text.DropAccents();
}
