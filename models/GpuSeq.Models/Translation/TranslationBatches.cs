using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>A pair of sentences as numbers of words.</summary>
/// <param name="Source">The words, then the end of the sentence.</param>
/// <param name="Target">The words alone.</param>
public sealed record EncodedPair(int[] Source, int[] Target);

/// <summary>
/// Pairs of sentences side by side, those whose targets have about the same length together: most work goes into telling targets. A batch holds sources [B, S] and their lengths [B], a
/// mask [B, 1, S] that is minus infinity for padding, and the words that the decoder reads and tells, [B, T] each.
/// </summary>
public sealed class TranslationBatches : IBatchSource
{
    /// <summary>The place of each tensor in a batch.</summary>
    internal const int Sources = 0, Lengths = 1, Mask = 2, Inputs = 3, Targets = 4;

    private const int LongSource = 1000; // pairs go by the lengths of their targets, then of their sources
    private const int Quantum = 4; // widths are multiples of it: sentences are short, and batches of few different shapes

    private readonly IReadOnlyList<EncodedPair> _pairs;
    private readonly EpochOrder _order;

    /// <summary>Batches of pairs.</summary>
    /// <param name="pairs">At least one.</param>
    /// <param name="batch">B, pairs of a batch.</param>
    /// <param name="seed">Of the order.</param>
    public TranslationBatches(IReadOnlyList<EncodedPair> pairs, int batch, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        _pairs = pairs;
        _order = new(pairs.Count, batch, seed, [.. pairs.Select(pair => pair.Target.Length * LongSource + Math.Min(pair.Source.Length, LongSource - 1))]);
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch => _order.Batches;

    /// <inheritdoc/>
    public Batch NewBatch() =>
        new(ElementType.Int32, ElementType.Int32, ElementType.Float32, ElementType.Int32, ElementType.Int32);

    /// <inheritdoc/>
    public int Read(int epoch, int index, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var chosen = _order[epoch, index].ToArray().Select(place => _pairs[place]).ToArray();
        WriteSources([.. chosen.Select(pair => pair.Source)], batch);
        WriteTargets([.. chosen.Select(pair => pair.Target)], batch);
        return chosen.Sum(pair => pair.Target.Length + 1);
    }

    /// <summary>Writes what the encoder reads: tensors <see cref="Sources"/>, <see cref="Lengths"/> and <see cref="Mask"/>.</summary>
    internal static void WriteSources(IReadOnlyList<int[]> sources, Batch batch)
    {
        var width = Width(sources.Max(words => words.Length));
        PaddedIds.Write(sources, batch[Sources], width: width);
        PaddedIds.WriteLengths(sources, batch[Lengths]);
        batch[Mask].Resize([sources.Count, 1, width]);
        var mask = batch[Mask].Floats;
        mask.Fill(float.NegativeInfinity);
        foreach (var (row, source) in sources.Index())
            mask.Slice(row * width, source.Length).Clear();
    }

    /// <summary>Writes what the decoder reads and tells: tensors <see cref="Inputs"/> and <see cref="Targets"/>.</summary>
    internal static void WriteTargets(IReadOnlyList<int[]> targets, Batch batch)
    {
        var width = Width(targets.Max(words => words.Length) + 1);
        PaddedIds.Write([.. targets.Select(words => (int[])[SentenceVocabulary.BeginId, .. words])], batch[Inputs], width: width);
        PaddedIds.Write([.. targets.Select(words => (int[])[.. words, SentenceVocabulary.EndId])], batch[Targets], width: width);
    }

    private static int Width(int longest) => (longest + Quantum - 1) / Quantum * Quantum;
}
