namespace GpuSeq.Models;

/// <summary>What the files of a unigram tokenizer tell.</summary>
/// <param name="Tokens">The tokens in the order of their ids.</param>
/// <param name="Scores">The logarithm of how probable each is.</param>
/// <param name="Unknown">The id of what stands for characters that cannot be spelled; null where there is none.</param>
/// <param name="FallsBackToBytes">Whether such characters are spelled with <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> instead.</param>
/// <param name="Normalizer">What text goes through first.</param>
/// <param name="Metaspace">How blanks become visible.</param>
/// <param name="Added">Tokens that are found in a text as they are spelled.</param>
/// <param name="Frame">What encoders put around texts.</param>
internal sealed record UnigramVocabulary(
    IReadOnlyList<string> Tokens, IReadOnlyList<double> Scores, int? Unknown, bool FallsBackToBytes, TextSteps Normalizer,
    Metaspace Metaspace, IReadOnlyList<AddedToken> Added, TextFrame? Frame);
