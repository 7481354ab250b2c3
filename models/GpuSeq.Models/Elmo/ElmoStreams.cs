using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A text for both directions: the forward model reads it in B streams, the backward model reads it from its end in as many, so
/// that the states of both are carried from window to window. Each predicts the word that comes next to it.
/// </summary>
internal sealed class ElmoStreams : IBatchSource
{
    private readonly CharStreams[] _directions;
    private readonly string[] _words; // the different ones
    private readonly int[] _targets; // the number of each in the vocabulary
    private readonly DistinctWords _distinct;
    private readonly int[] _inputs; // [B, T], places in the words
    private readonly int[] _next;
    private readonly Shape _shape;

    /// <param name="model">What reads it.</param>
    /// <param name="vocabulary">The words that can be predicted.</param>
    /// <param name="text">The text.</param>
    /// <param name="batch">B, the most streams; fewer where the text is short.</param>
    /// <param name="steps">T, words of a window.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <exception cref="DataException">The text is too short for a window.</exception>
    public ElmoStreams(ElmoConfig model, Vocabulary vocabulary, string[] text, int batch, int steps, string source)
    {
        _words = [.. text.Distinct(StringComparer.Ordinal)];
        _targets = vocabulary.Encode(_words);
        _distinct = new(model.WordCharacters);
        var numbers = _words.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        int[] ids = [.. text.Select(word => numbers[word])];
        batch = Math.Clamp((ids.Length - 1) / steps, 1, batch);
        _directions = [new(ids, batch, steps, source, "words"), new([.. ids.Reverse()], batch, steps, source, "words")];
        (_inputs, _next, _shape) = (new int[batch * steps], new int[batch * steps], [2, batch, steps]);
    }

    /// <summary>B, the number of streams.</summary>
    public int Batch => _directions[0].Batch;

    /// <summary>Words that each direction predicts in one pass.</summary>
    public int Words => BatchesPerEpoch * _next.Length;

    public int BatchesPerEpoch => _directions[0].Windows;

    /// <summary>A batch as <see cref="ElmoModel.Losses"/> takes it.</summary>
    public Batch NewBatch() => new(ElementType.Int32, ElementType.Int32, ElementType.Int32);

    public int Read(int epoch, int index, Batch batch)
    {
        batch[1].Resize(_shape);
        batch[2].Resize(_shape);
        var words = batch[1].Ints;
        var targets = batch[2].Ints;
        _distinct.Clear();
        foreach (var (place, direction) in _directions.Index())
        {
            direction.Read(index, _inputs, _next);
            for (int i = 0, to = place * _next.Length; i < _next.Length; i++, to++)
            {
                words[to] = _distinct.RowOf(_words[_inputs[i]]);
                targets[to] = _targets[_next[i]];
            }
        }
        _distinct.Write(batch[0]);
        return _next.Length;
    }
}
