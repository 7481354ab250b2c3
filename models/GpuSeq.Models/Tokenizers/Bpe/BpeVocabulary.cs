namespace GpuSeq.Models;

/// <summary>Two tokens that become one.</summary>
/// <param name="Left">The id of the first.</param>
/// <param name="Right">The id of the second.</param>
/// <param name="Result">The id of what they become.</param>
internal readonly record struct BpeMerge(int Left, int Right, int Result);

/// <summary>What the files of a byte-level byte-pair encoding tell.</summary>
/// <param name="Tokens">The tokens as the files spell them, in the order of their ids.</param>
/// <param name="Merges">In the order of their ranks.</param>
/// <param name="Added">Tokens that are not made of merges.</param>
/// <param name="AddsPrefixSpace">Whether a text that does not begin with a blank gets one.</param>
internal sealed record BpeVocabulary(
    IReadOnlyList<string> Tokens, IReadOnlyList<BpeMerge> Merges, IReadOnlyList<AddedToken> Added, bool AddsPrefixSpace)
{
    /// <summary>What encoders put around texts, null where the files do not tell.</summary>
    public TextFrame? Frame { get; init; }
}
