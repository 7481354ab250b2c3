using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Examples to learn from, those of about one length side by side. An example has one text or several, such as choices.</summary>
internal sealed class BertBatches : IBatchSource
{
    private const int MostWidths = 8; // so that all shapes are recorded, those of an epoch's last batch too

    private readonly IReadOnlyList<IReadOnlyList<EncodedText>> _examples;
    private readonly IBatchTargets[] _targets;
    private readonly EpochOrder _order;
    private readonly int[] _widths;
    private readonly int _padding;

    /// <param name="examples">At least one.</param>
    /// <param name="padding">The token that rows are filled up with.</param>
    /// <param name="batch">The examples of a batch.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="targets">What is right of the examples.</param>
    public BertBatches(
        IReadOnlyList<IReadOnlyList<EncodedText>> examples, int padding, int batch, ulong seed, params IEnumerable<IBatchTargets> targets)
    {
        (_examples, _padding, _targets) = (examples, padding, [.. targets]);
        int[] lengths = [.. examples.Select(example => example.Max(text => text.Length))];
        _order = new(examples.Count, batch, seed, lengths);
        _widths = PaddedWidths.Choose(lengths, MostWidths);
    }

    public int BatchesPerEpoch => _order.Batches;

    public Batch NewBatch() => BertBatch.New(_targets);

    public int Read(int epoch, int index, Batch batch)
    {
        var chosen = _order[epoch, index];
        var texts = new List<EncodedText>();
        foreach (var example in chosen)
            texts.AddRange(_examples[example]);
        var longest = texts.Max(text => text.Length);
        var width = _widths.First(width => width >= longest);
        BertBatch.Write(texts, _padding, width, batch);
        foreach (var (place, target) in _targets.Index())
            target.Write(chosen, width, batch[BertBatch.Targets + place]);
        return texts.Sum(text => text.Length);
    }
}
