namespace GpuSeq.Models;

/// <summary>
/// The order in which the examples of an epoch are learned from: shuffled by a seed and, where lengths are given, batched with
/// others of about their length, so that little is padding.
/// </summary>
public sealed class EpochOrder
{
    private const int BatchesPerPool = 50; // examples are sorted by length within pools, so that batches still differ from epoch to epoch

    private readonly int[]? _lengths;
    private readonly int _batch;
    private readonly ulong _seed;
    private readonly int[] _order;
    private readonly int[] _batches;
    private int _epoch = -1;

    /// <summary>An order of examples.</summary>
    /// <param name="count">The number of examples.</param>
    /// <param name="batch">Examples of a batch; the last one of an epoch may have fewer.</param>
    /// <param name="seed">The same seed gives the same order.</param>
    /// <param name="lengths">The length of each example, or null where it does not matter.</param>
    public EpochOrder(int count, int batch, ulong seed, int[]? lengths = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (_batch, _seed, _lengths) = (batch, seed, lengths);
        _order = new int[count];
        _batches = new int[(count + batch - 1) / batch];
    }

    /// <summary>Batches of an epoch.</summary>
    public int Batches => _batches.Length;

    /// <summary>The examples of a batch.</summary>
    /// <param name="epoch">The pass over the data.</param>
    /// <param name="index">The batch's place in it.</param>
    public ReadOnlySpan<int> this[int epoch, int index]
    {
        get
        {
            if (epoch != _epoch)
                Arrange(epoch);
            var begin = _batches[index] * _batch;
            return _order.AsSpan(begin, Math.Min(_batch, _order.Length - begin));
        }
    }

    private void Arrange(int epoch)
    {
        for (var i = 0; i < _order.Length; i++)
            _order[i] = i;
        for (var i = 0; i < _batches.Length; i++)
            _batches[i] = i;
        var random = new SplitMix64(_seed ^ SplitMix64.Mix((ulong)epoch + 1));
        random.Shuffle(_order);
        if (_lengths is not null)
        {
            for (var begin = 0; begin < _order.Length; begin += BatchesPerPool * _batch)
            {
                var pool = _order.AsSpan(begin, Math.Min(BatchesPerPool * _batch, _order.Length - begin));
                pool.Sort((a, b) => _lengths[a].CompareTo(_lengths[b]));
            }
            random.Shuffle(_batches.AsSpan(0, _order.Length / _batch)); // an incomplete batch stays the last
        }
        _epoch = epoch;
    }
}
