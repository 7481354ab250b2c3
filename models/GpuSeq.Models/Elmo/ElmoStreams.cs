using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A text for both directions: the forward model reads it in B streams, the backward model reads it from its end in as many, so
/// that the states of both are carried from window to window. Each predicts the word that comes next to it.
/// </summary>
internal sealed class ElmoStreams : IBatchSource
{
    private readonly CharStreams[] _directions;
    private readonly int[] _characters; // [words, L]
    private readonly int[] _targets; // [words], the number of each in the vocabulary
    private readonly int _length; // L
    private readonly int[] _inputs; // [B, T] of different words
    private readonly int[] _next;
    private readonly Shape _inputShape;
    private readonly Shape _targetShape;

    /// <param name="model">What reads it.</param>
    /// <param name="vocabulary">The words that can be predicted.</param>
    /// <param name="text">The text.</param>
    /// <param name="batch">B, the most streams; fewer where the text is short.</param>
    /// <param name="steps">T, words of a window.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <exception cref="DataException">The text is too short for a window.</exception>
    public ElmoStreams(ElmoConfig model, Vocabulary vocabulary, string[] text, int batch, int steps, string source)
    {
        var characters = model.WordCharacters;
        var words = text.Distinct(StringComparer.Ordinal).ToArray();
        var numbers = words.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        _length = characters.Length;
        _characters = new int[words.Length * _length];
        foreach (var (index, word) in words.Index())
            characters.Write(word, _characters.AsSpan(index * _length, _length));
        _targets = vocabulary.Encode(words);
        int[] ids = [.. text.Select(word => numbers[word])];
        batch = Math.Clamp((ids.Length - 1) / steps, 1, batch);
        _directions = [new(ids, batch, steps, source, "words"), new([.. ids.Reverse()], batch, steps, source, "words")];
        (_inputs, _next) = (new int[batch * steps], new int[batch * steps]);
        (_inputShape, _targetShape) = ([2, batch, steps, _length], [2, batch, steps]);
    }

    /// <summary>B, the number of streams.</summary>
    public int Batch => _directions[0].Batch;

    /// <summary>Words that each direction predicts in one pass.</summary>
    public int Words => BatchesPerEpoch * _next.Length;

    public int BatchesPerEpoch => _directions[0].Windows;

    /// <summary>A batch of characters [2, B, T, L], and of the words to be predicted of them [2, B, T].</summary>
    public Batch NewBatch() => new(ElementType.Int32, ElementType.Int32);

    public int Read(int epoch, int index, Batch batch)
    {
        batch[0].Resize(_inputShape);
        batch[1].Resize(_targetShape);
        var characters = batch[0].Ints;
        var targets = batch[1].Ints;
        foreach (var (place, direction) in _directions.Index())
        {
            direction.Read(index, _inputs, _next);
            for (int i = 0, row = place * _next.Length; i < _next.Length; i++, row++)
            {
                _characters.AsSpan(_inputs[i] * _length, _length).CopyTo(characters[(row * _length)..]);
                targets[row] = _targets[_next[i]];
            }
        }
        return _next.Length;
    }
}
