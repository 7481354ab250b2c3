namespace GpuSeq.Models;

/// <summary>A token of a text and where it stands.</summary>
/// <param name="Id">The token.</param>
/// <param name="Start">Where its part of the text as given begins, in UTF-16.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Word">The word that it is of: words are the runs that the text is cut into first, counted from 0.</param>
public readonly record struct Piece(int Id, int Start, int End, int Word);
