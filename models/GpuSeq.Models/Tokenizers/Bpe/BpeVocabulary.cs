namespace GpuSeq.Models;

/// <summary>Two tokens that become one.</summary>
/// <param name="Left">The id of the first.</param>
/// <param name="Right">The id of the second.</param>
/// <param name="Result">The id of what they become.</param>
internal readonly record struct BpeMerge(int Left, int Right, int Result);

/// <summary>A token that is not made of merges, as <c>tokenizer.json</c> describes it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">How it is spelled, in plain characters.</param>
/// <param name="SingleWord">Whether it is found only where no letters and digits touch it.</param>
/// <param name="Lstrip">Whether it takes the blanks before it along.</param>
/// <param name="Rstrip">Whether it takes the blanks behind it along.</param>
/// <param name="Normalized">Whether it is looked for in normalized text; byte-level encoding normalizes nothing.</param>
/// <param name="Special">Whether it marks something, rather than being text.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool Lstrip, bool Rstrip, bool Normalized, bool Special);

/// <summary>What the files of a byte-level byte-pair encoding tell.</summary>
/// <param name="Tokens">The tokens as the files spell them, in the order of their ids.</param>
/// <param name="Merges">In the order of their ranks.</param>
/// <param name="Added">Tokens that are not made of merges.</param>
/// <param name="AddsPrefixSpace">Whether a text that does not begin with a blank gets one.</param>
internal sealed record BpeVocabulary(
    IReadOnlyList<string> Tokens, IReadOnlyList<BpeMerge> Merges, IReadOnlyList<AddedToken> Added, bool AddsPrefixSpace);
