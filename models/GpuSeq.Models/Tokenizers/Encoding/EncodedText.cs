namespace GpuSeq.Models;

/// <summary>What a model of the BERT family reads of a text or two: T tokens, and all arrays that long.</summary>
public sealed record EncodedText
{
    /// <summary>The tokens.</summary>
    public required int[] Ids { get; init; }

    /// <summary>The type of each, by which models tell the texts apart (<c>token_type_ids</c>).</summary>
    public required int[] Types { get; init; }

    /// <summary>What each belongs to: 0 the first text, 1 the second, -1 for special tokens around them.</summary>
    public required int[] Parts { get; init; }

    /// <summary>The word of its text, counted from 0; -1 for special tokens around them.</summary>
    public required int[] Words { get; init; }

    /// <summary>Where each stands in its text, in UTF-16; (0, 0) for special tokens around them.</summary>
    public required (int Start, int End)[] Offsets { get; init; }

    /// <summary>T, how many tokens there are.</summary>
    public int Length => Ids.Length;
}
