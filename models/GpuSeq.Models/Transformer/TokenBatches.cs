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
        var none = Enumerable.Repeat(Array.Empty<int>(), bucket.Batch - chosen.Length).ToArray(); // rows that teach nothing
        WriteSources([.. chosen.Select(pair => pair.Source), .. none], bucket.Source, batch);
        PaddedIds.Write(
            [.. chosen.Select(pair => (int[])[SentenceVocabulary.BeginId, .. pair.Target]), .. none], batch[Inputs], width: bucket.Target);
        PaddedIds.Write(
            [.. chosen.Select(pair => (int[])[.. pair.Target, SentenceVocabulary.EndId]), .. none], batch[Targets], width: bucket.Target);
        return chosen.Sum(pair => pair.Target.Length + 1);
    }

    /// <summary>Writes what the encoder reads: tensors <see cref="Sources"/> and <see cref="Lengths"/>.</summary>
    internal static void WriteSources(IReadOnlyList<int[]> sources, int width, Batch batch)
    {
        PaddedIds.Write(sources, batch[Sources], width: width);
        PaddedIds.WriteLengths(sources, batch[Lengths]);
        foreach (ref var length in batch[Lengths].Ints)
            length = Math.Max(1, length); // attention needs something to look at
    }

    private static IEnumerable<Bucket> Buckets(IReadOnlyList<EncodedPair> pairs, int tokens, int most)
    {
        var batches = pairs.Sum(pair => (long)Math.Max(pair.Source.Length, pair.Target.Length + 1)) / tokens;
        var targets = (int)Math.Clamp(batches / (SourceWidths * LeastBatches), 1, TargetWidths);
        var (longest, before) = (pairs.Max(pair => pair.Source.Length), 0);
        var widths = PaddedWidths.Choose(pairs.Select(pair => pair.Target.Length + 1), targets);
        foreach (var target in widths)
        {
            var sources = pairs.Where(pair => pair.Target.Length >= before && pair.Target.Length < target).Select(pair => pair.Source.Length);
            var own = PaddedWidths.Choose(sources, targets > 1 ? SourceWidths : 1);
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
