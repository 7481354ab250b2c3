using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A long text as windows of T tokens, which are learned from in a random order. They lie side by side from a place on that each
/// epoch draws anew, so that a token is not always the first of its window.
/// </summary>
public sealed class TextWindows : IBatchSource
{
    private readonly int[] _ids;
    private readonly int _length;
    private readonly ulong _seed;
    private readonly int _slack; // tokens that the windows leave over
    private readonly EpochOrder _order;
    private readonly Shape _shape; // [B, T]

    /// <summary>Cuts a text into windows.</summary>
    /// <param name="ids">The text.</param>
    /// <param name="length">T, tokens of a window.</param>
    /// <param name="batch">B, windows of a batch; as many as there are, where there are fewer.</param>
    /// <param name="seed">The same seed gives the same batches.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <param name="items">What it consists of, for messages.</param>
    /// <exception cref="DataException">The text is too short for a single window.</exception>
    public TextWindows(int[] ids, int length, int batch, ulong seed, string source, string items)
    {
        ArgumentNullException.ThrowIfNull(ids);
        (_ids, _length, _seed) = (ids, length, seed);
        var predictions = ids.Length - 1;
        if (predictions < length)
        {
            throw new DataException(
                source, $"{ids.Length} {items} are too few for a context of {length}; at least {length + 1} are needed");
        }
        var windows = Math.Max(1, predictions / length - 1); // the last one's tokens let the others move
        _slack = Math.Min(predictions - windows * length, length - 1);
        _shape = [Math.Min(batch, windows), length];
        _order = new(windows, _shape[0], seed);
        BatchesPerEpoch = windows / _shape[0];
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <summary>A batch of tokens [B, T] and of the tokens that follow them [B, T].</summary>
    public Batch NewBatch() => new(ElementType.Int32, ElementType.Int32);

    /// <inheritdoc/>
    public int Read(int epoch, int index, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch[0].Resize(_shape);
        batch[1].Resize(_shape);
        var shift = new SplitMix64(_seed + SplitMix64.Mix((ulong)epoch)).Next(_slack + 1);
        var row = 0;
        foreach (var window in _order[epoch, index])
        {
            var begin = shift + window * _length;
            _ids.AsSpan(begin, _length).CopyTo(batch[0].Ints[row..]);
            _ids.AsSpan(begin + 1, _length).CopyTo(batch[1].Ints[row..]);
            row += _length;
        }
        return row;
    }
}
