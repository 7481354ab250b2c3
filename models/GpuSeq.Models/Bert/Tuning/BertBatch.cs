using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Texts as models of BERT's family read them, side by side, padded on the right.</summary>
internal static class BertBatch
{
    /// <summary>[B, T], the tokens in a batch.</summary>
    public const int Ids = 0;

    /// <summary>[B, T], their types.</summary>
    public const int Types = 1;

    /// <summary>[B], how many tokens each text has.</summary>
    public const int Lengths = 2;

    /// <summary>The first of what is right.</summary>
    public const int Targets = 3;

    /// <summary>A batch to be filled.</summary>
    /// <param name="targets">What is right beside the texts.</param>
    public static Batch New(params IEnumerable<IBatchTargets> targets) =>
        new([ElementType.Int32, ElementType.Int32, ElementType.Int32, .. targets.Select(target => target.Type)]);

    /// <summary>Writes texts.</summary>
    /// <param name="texts">B of them.</param>
    /// <param name="padding">The token that rows are filled up with.</param>
    /// <param name="width">T, at least the longest length.</param>
    /// <param name="batch">Filled but for what is right.</param>
    public static void Write(IReadOnlyList<EncodedText> texts, int padding, int width, Batch batch)
    {
        var padded = EncodedBatch.Of(texts, padding, new() { Width = width });
        Shape shape = [padded.Count, padded.Width];
        batch[Ids].Set(padded.Ids, shape);
        batch[Types].Set(padded.Types, shape);
        batch[Lengths].Set(padded.Lengths, [padded.Count]);
    }

    /// <summary>What the model reads.</summary>
    public static BertInput Input(Graph graph, Batch batch) => new(graph.Input(batch[Ids]))
    {
        Types = graph.Input(batch[Types]),
        Lengths = graph.Input(batch[Lengths]),
    };
}
