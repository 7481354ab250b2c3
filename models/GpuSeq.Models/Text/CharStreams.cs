using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A long text as B streams that are read side by side, window after window, so that a recurrent state can be carried along
/// each: truncated back-propagation through time (Williams and Peng 1990).
/// </summary>
public sealed class CharStreams : IBatchSource
{
    private readonly int[] _ids;
    private readonly int _length; // of a stream, in predictions
    private readonly Shape _shape; // [B, T]

    /// <summary>Cuts a text into streams.</summary>
    /// <param name="ids">The text.</param>
    /// <param name="batch">B, the number of streams.</param>
    /// <param name="steps">T, characters of a window.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <param name="items">What it consists of, for messages.</param>
    /// <exception cref="DataException">The text is too short for a single window.</exception>
    public CharStreams(int[] ids, int batch, int steps, string source, string items = "characters")
    {
        ArgumentNullException.ThrowIfNull(ids);
        (_ids, Batch, Steps, _shape) = (ids, batch, steps, [batch, steps]);
        _length = (ids.Length - 1) / batch;
        if (_length < steps)
        {
            throw new DataException(source,
                $"{ids.Length} {items} are too few for {batch} streams of {steps}; at least {batch * steps + 1} are needed");
        }
    }

    /// <summary>B, the number of streams.</summary>
    public int Batch { get; }

    /// <summary>T, characters of a window.</summary>
    public int Steps { get; }

    /// <summary>Whole windows along the text.</summary>
    public int Windows => _length / Steps;

    /// <inheritdoc/>
    public int BatchesPerEpoch => Windows;

    /// <summary>A batch of characters and of the characters that follow them.</summary>
    public Engine.Batch NewBatch() => new(ElementType.Int32, ElementType.Int32);

    /// <inheritdoc/>
    public int Read(int epoch, int index, Engine.Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch[0].Resize(_shape);
        batch[1].Resize(_shape);
        Read(index, batch[0].Ints, batch[1].Ints);
        return Batch * Steps;
    }

    /// <summary>Reads a window.</summary>
    /// <param name="window">From 0 to <see cref="Windows"/>, exclusively.</param>
    /// <param name="inputs">[B, T], filled with characters.</param>
    /// <param name="targets">[B, T], filled with the characters that follow them.</param>
    public void Read(int window, Span<int> inputs, Span<int> targets)
    {
        for (var b = 0; b < Batch; b++)
        {
            var begin = b * _length + window * Steps;
            _ids.AsSpan(begin, Steps).CopyTo(inputs[(b * Steps)..]);
            _ids.AsSpan(begin + 1, Steps).CopyTo(targets[(b * Steps)..]);
        }
    }
}
