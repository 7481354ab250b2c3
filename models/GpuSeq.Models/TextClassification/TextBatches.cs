using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Texts as a classifier takes them, those of about one length side by side: word numbers [B, T], lengths [B], 1 for words and 0
/// for padding [B, T], and the numbers of the labels [B].
/// </summary>
internal sealed class TextBatches : IBatchSource
{
    private const int MostWidths = 8; // so that all shapes are recorded

    private readonly IReadOnlyList<int[]> _texts;
    private readonly int[] _labels;
    private readonly EpochOrder _order;
    private readonly ulong _seed;
    private readonly float _wordDropout;
    private readonly int _quantum;
    private readonly List<int[]> _chosen = [];

    /// <param name="texts">Word numbers, at least one in each.</param>
    /// <param name="labels">The number of each text's label.</param>
    /// <param name="batch">The texts of a batch.</param>
    /// <param name="seed">Of the order and of the words that are dropped.</param>
    /// <param name="wordDropout">The share of words that become unknown.</param>
    public TextBatches(IReadOnlyList<int[]> texts, int[] labels, int batch, ulong seed, float wordDropout = 0f)
    {
        (_texts, _labels, _seed, _wordDropout) = (texts, labels, seed, wordDropout);
        int[] lengths = [.. texts.Select(text => text.Length)];
        _order = new(texts.Count, batch, seed, lengths);
        _quantum = PaddedIds.Width((lengths.Max() + MostWidths - 1) / MostWidths);
    }

    public int BatchesPerEpoch => _order.Batches;

    public Batch NewBatch() => NewTextBatch();

    /// <summary>A batch of texts to be filled.</summary>
    public static Batch NewTextBatch() => new(ElementType.Int32, ElementType.Int32, ElementType.Float32, ElementType.Int32);

    /// <summary>The texts of a batch, by their places.</summary>
    public ReadOnlySpan<int> Chosen(int epoch, int index) => _order[epoch, index];

    public int Read(int epoch, int index, Batch batch)
    {
        var chosen = _order[epoch, index];
        _chosen.Clear();
        batch[3].Resize([chosen.Length]);
        for (var i = 0; i < chosen.Length; i++)
        {
            _chosen.Add(_texts[chosen[i]]);
            batch[3].Ints[i] = _labels[chosen[i]];
        }
        var longest = _chosen.Max(text => text.Length);
        Write(_chosen, batch, (longest + _quantum - 1) / _quantum * _quantum);
        if (_wordDropout > 0f)
            DropWords(batch[0].Ints, new(SplitMix64.Mix(_seed + 1) ^ SplitMix64.Mix((ulong)epoch * (ulong)BatchesPerEpoch + (ulong)index)));
        return _chosen.Sum(text => text.Length);
    }

    /// <summary>Writes texts without labels.</summary>
    /// <param name="texts">Word numbers, at least one in each.</param>
    /// <param name="batch">Filled but for the labels.</param>
    /// <param name="width">At least the longest length; 0 to take it from the texts.</param>
    public static void Write(IReadOnlyList<int[]> texts, Batch batch, int width = 0)
    {
        PaddedIds.Write(texts, batch[0], width: width);
        PaddedIds.WriteLengths(texts, batch[1]);
        batch[2].Resize(batch[0].Shape);
        var keep = batch[2].Floats;
        var columns = batch[0].Shape.Columns;
        keep.Clear();
        foreach (var (row, text) in texts.Index())
            keep.Slice(row * columns, text.Length).Fill(1f);
    }

    private void DropWords(Span<int> ids, SplitMix64 random)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] != Vocabulary.PaddingId && random.NextUniform() < _wordDropout)
                ids[i] = Vocabulary.UnknownId;
        }
    }
}
