using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Words of a text with the few words before each: contexts [B, n - 1] and targets [B], in a new order in each epoch.</summary>
internal sealed class NgramBatches : IBatchSource
{
    private readonly int[] _words; // the text behind as many ends of paragraphs as the first word needs for a context
    private readonly int _context;
    private readonly EpochOrder _order;
    private readonly Dictionary<int, (Shape Contexts, Shape Targets)> _shapes = [];

    /// <param name="words">The text.</param>
    /// <param name="context">n - 1.</param>
    /// <param name="batch">B.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="end">What stands before the first word.</param>
    public NgramBatches(IReadOnlyList<int> words, int context, int batch, ulong seed, int end)
    {
        _words = [.. Enumerable.Repeat(end, context), .. words];
        _context = context;
        _order = new(words.Count, batch, seed);
    }

    public int BatchesPerEpoch => _order.Batches;

    public Batch NewBatch() => new(ElementType.Int32, ElementType.Int32);

    public int Read(int epoch, int index, Batch batch)
    {
        var places = _order[epoch, index];
        if (!_shapes.TryGetValue(places.Length, out var shapes))
            _shapes[places.Length] = shapes = ([places.Length, _context], [places.Length]);
        batch[0].Resize(shapes.Contexts);
        batch[1].Resize(shapes.Targets);
        for (var i = 0; i < places.Length; i++)
        {
            _words.AsSpan(places[i], _context).CopyTo(batch[0].Ints[(i * _context)..]);
            batch[1].Ints[i] = _words[places[i] + _context];
        }
        return places.Length;
    }
}
