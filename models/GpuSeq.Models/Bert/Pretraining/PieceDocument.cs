namespace GpuSeq.Models;

/// <summary>A document as pieces.</summary>
/// <param name="Ids">The pieces.</param>
/// <param name="Words">The number of the word that each is of.</param>
/// <param name="Ends">Where each sentence ends among them; no sentence is empty.</param>
internal sealed record PieceDocument(int[] Ids, int[] Words, int[] Ends)
{
    /// <summary>The number of sentences.</summary>
    public int Sentences => Ends.Length;

    /// <summary>Cuts a document into pieces.</summary>
    public static PieceDocument Of(IPieceTokenizer tokenizer, TextDocument document)
    {
        var pieces = tokenizer.EncodePieces(document.Text);
        var ends = new List<int>();
        var piece = 0;
        foreach (var end in document.Ends)
        {
            while (piece < pieces.Length && pieces[piece].End <= end)
                piece++;
            if (piece > ends.LastOrDefault())
                ends.Add(piece);
        }
        return new([.. pieces[..piece].Select(piece => piece.Id)], [.. pieces[..piece].Select(piece => piece.Word)], [.. ends]);
    }

    /// <summary>The pieces of some sentences.</summary>
    /// <param name="first">The first sentence.</param>
    /// <param name="end">The one behind the last.</param>
    public PieceRun Run(int first, int end) => new(this, first == 0 ? 0 : Ends[first - 1], Ends[end - 1]);
}

/// <summary>Pieces of a document side by side.</summary>
/// <param name="Document">The document.</param>
/// <param name="Begin">The first piece.</param>
/// <param name="End">The one behind the last.</param>
internal readonly record struct PieceRun(PieceDocument Document, int Begin, int End)
{
    /// <summary>How many there are.</summary>
    public int Length => End - Begin;
}
