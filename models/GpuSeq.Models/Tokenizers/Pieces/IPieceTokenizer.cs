namespace GpuSeq.Models;

/// <summary>A tokenizer of pieces of words: it knows where each stands in the text, and has tokens that mark something.</summary>
public interface IPieceTokenizer : ITokenizer
{
    /// <summary>The tokens that mark something, such as <c>[MASK]</c>, in the order of their ids.</summary>
    IReadOnlyList<string> Special { get; }

    /// <summary>The tokens of a text with their places. Offsets hold for the text as given, through every normalization.</summary>
    /// <param name="text">The text.</param>
    /// <param name="recognizesSpecial">Whether the spelling of an added or special token stands for the token; else it is text.</param>
    Piece[] EncodePieces(string text, bool recognizesSpecial = false);

    /// <summary>The text of ids without that of special tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below <see cref="ITokenizer.Count"/>.</exception>
    string DecodeWithoutSpecial(IEnumerable<int> ids);
}
