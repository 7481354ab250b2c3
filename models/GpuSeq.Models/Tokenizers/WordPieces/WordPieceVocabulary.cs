namespace GpuSeq.Models;

/// <summary>What the files of a WordPiece tokenizer tell.</summary>
/// <param name="Tokens">The tokens in the order of their ids.</param>
/// <param name="Added">Those that are found in a text as they are spelled.</param>
/// <param name="Unknown">The id of what stands for words that cannot be spelled.</param>
/// <param name="Options">How text is prepared.</param>
/// <param name="Frame">What encoders put around texts.</param>
internal sealed record WordPieceVocabulary(
    IReadOnlyList<string> Tokens, IReadOnlyList<AddedToken> Added, int Unknown, WordPieceOptions Options, TextFrame? Frame);
