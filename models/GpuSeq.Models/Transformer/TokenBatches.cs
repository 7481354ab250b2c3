using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Pairs of texts side by side, of about as many tokens in every batch: pairs of like lengths go together, and so many of them as
/// fill it. There are few shapes, so that steps are recorded once for each and replayed. A batch holds sources [B, S] and their
/// lengths [B], and the tokens that the decoder reads and tells, [B, T] each.
/// </summary>
public sealed class TokenBatches : IBatchSource
{
    /// <summary>The place of each tensor in a batch.</summary>
    internal const int Sources = 0, Lengths = 1, Inputs = 2, Targets = 3;

    private const int TargetWidths = 8;
    private const int SourceWidths = 2; // for each of targets; together as many shapes as a step is recorded for
    private const int LeastBatches = 8; // of a shape; with fewer, fewer shapes are better

    private readonly IReadOnlyList<EncodedPair> _pairs;
    private readonly Bucket[] _buckets; // from narrow to wide
    private readonly ulong _seed;
    private (Bucket Bucket, int[] Pairs)[] _batches = [];
    private int _epoch = -1;

    // The shape of batches: B pairs, sources up to S tokens, targets up to T with their end.
    private sealed record Bucket(int Batch, int Source, int Target)
    {
        public bool Fits(int source, int target) => source <= Source && target <= Target;
    }

    /// <summary>Batches of pairs.</summary>
    /// <param name="pairs">At least one.</param>
    /// <param name="tokens">The most places of a batch, padding included, on either side; one pair is in it in any case.</param>
    /// <param name="most">The most pairs of a batch.</param>
    /// <param name="seed">Of the order.</param>
    public TokenBatches(IReadOnlyList<EncodedPair> pairs, int tokens, int most, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfZero(pairs.Count, nameof(pairs));
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        (_pairs, _seed) = (pairs, seed);
        _buckets = [.. Buckets(pairs, tokens, most)];
        Arrange(epoch: 0);
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch => _batches.Length;

    /// <summary>The shapes of batches: B, S and T.</summary>
    public IReadOnlyList<(int Batch, int Source, int Target)> Shapes =>
        [.. _buckets.Select(bucket => (bucket.Batch, bucket.Source, bucket.Target))];

    /// <inheritdoc/>
    public Batch NewBatch() => new(ElementType.Int32, ElementType.Int32, ElementType.Int32, ElementType.Int32);

    /// <inheritdoc/>
    public int Read(int epoch, int index, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (epoch != _epoch)
            Arrange(epoch);
        var (bucket, places) = _batches[index];
        var chosen = Array.ConvertAll(places, place => _pairs[place]);
        WriteSources([.. chosen.Select(pair => pair.Source)], bucket.Source, batch, rows: bucket.Batch);
        WriteTargets([.. chosen.Select(pair => pair.Target)], bucket.Target, batch, rows: bucket.Batch);
        return chosen.Sum(pair => pair.Target.Length + 1);
    }

    /// <summary>Writes what the encoder reads: tensors <see cref="Sources"/> and <see cref="Lengths"/>.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="width">S, at least the longest.</param>
    /// <param name="batch">Filled.</param>
    /// <param name="rows">B; those beyond the sources are padding, which teaches nothing.</param>
    internal static void WriteSources(IReadOnlyList<int[]> sources, int width, Batch batch, int rows = 0)
    {
        sources = Filled(sources, rows);
        PaddedIds.Write(sources, batch[Sources], width: width);
        PaddedIds.WriteLengths(sources, batch[Lengths]);
        foreach (ref var length in batch[Lengths].Ints)
            length = Math.Max(1, length); // attention needs something to look at
    }

    /// <summary>Writes what the decoder reads and tells: tensors <see cref="Inputs"/> and <see cref="Targets"/>.</summary>
    /// <param name="targets">The targets, without their ends.</param>
    /// <param name="width">T, at least the longest and one more.</param>
    /// <param name="batch">Filled.</param>
    /// <param name="rows">B; those beyond the targets are padding, which teaches nothing.</param>
    internal static void WriteTargets(IReadOnlyList<int[]> targets, int width, Batch batch, int rows = 0)
    {
        int[][] read = [.. targets.Select(words => (int[])[SentenceVocabulary.BeginId, .. words])];
        int[][] told = [.. targets.Select(words => (int[])[.. words, SentenceVocabulary.EndId])];
        PaddedIds.Write(Filled(read, rows), batch[Inputs], width: width);
        PaddedIds.Write(Filled(told, rows), batch[Targets], width: width);
    }

    private static int[][] Filled(IReadOnlyList<int[]> rows, int count) =>
        [.. rows, .. Enumerable.Repeat<int[]>([], Math.Max(0, count - rows.Count))];

    private static IEnumerable<Bucket> Buckets(IReadOnlyList<EncodedPair> pairs, int tokens, int most)
    {
        var batches = pairs.Sum(pair => (long)Math.Max(pair.Source.Length, pair.Target.Length + 1)) / tokens;
        var targets = (int)Math.Clamp(batches / (SourceWidths * LeastBatches), 1, TargetWidths);
        var (longest, before) = (pairs.Max(pair => pair.Source.Length), 0);
        var widths = PaddedWidths.Choose(pairs.Select(pair => pair.Target.Length + 1), targets);
        foreach (var target in widths)
        {
            var sources = pairs.Where(pair => pair.Target.Length >= before && pair.Target.Length < target);
            var own = PaddedWidths.Choose(sources.Select(pair => pair.Source.Length), targets > 1 ? SourceWidths : 1);
            if (target == widths[^1])
                own[^1] = longest; // so that every pair fits into the last one
            foreach (var source in own)
                yield return new(Math.Clamp(tokens / Math.Max(source, target), 1, most), source, target);
            before = target;
        }
    }

    // What does not fill a batch goes with wider ones; the last batch alone may have fewer pairs. So every epoch has as many.
    private void Arrange(int epoch)
    {
        var random = new SplitMix64(_seed ^ SplitMix64.Mix((ulong)epoch + 1));
        var order = Enumerable.Range(0, _pairs.Count).ToArray();
        random.Shuffle(order.AsSpan());
        var waiting = Array.ConvertAll(_buckets, _ => new List<int>());
        foreach (var place in order)
            waiting[First(0, _pairs[place].Source.Length, _pairs[place].Target.Length + 1)].Add(place);
        var batches = new List<(Bucket, int[])>();
        foreach (var (index, bucket) in _buckets.Index())
        {
            var isLast = index == _buckets.Length - 1;
            foreach (var pairs in waiting[index].Chunk(bucket.Batch))
            {
                if (pairs.Length == bucket.Batch || isLast)
                    batches.Add((bucket, pairs));
                else
                    waiting[First(index + 1, bucket.Source, bucket.Target)].AddRange(pairs);
            }
        }
        _batches = [.. batches];
        random.Shuffle(_batches.AsSpan());
        _epoch = epoch;

        int First(int from, int source, int target) => Array.FindIndex(_buckets, from, bucket => bucket.Fits(source, target));
    }
}
