using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Recurrent layers stacked on each other, each in one direction or two.</summary>
/// <param name="cell">The cell of all layers.</param>
/// <param name="sequences">Sizes and layout; direction and output stride follow from the stack.</param>
/// <param name="inputs">The width of the first layer's input.</param>
public readonly struct StackShape(RecurrentCell cell, SequenceShape sequences, int inputs)
{
    private const int Alignment = 16; // elements, a cache line

    /// <summary>The cell of all layers.</summary>
    public RecurrentCell Cell { get; } = cell;

    /// <summary>Sizes and layout.</summary>
    public SequenceShape Sequences { get; } = sequences;

    /// <summary>The width of the first layer's input.</summary>
    public int Inputs { get; } = inputs;

    /// <summary>L, how many layers there are.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>D, 2 where every layer also runs backwards in time, else 1.</summary>
    public int Directions { get; init; } = 1;

    /// <summary>The sums of each hidden unit.</summary>
    public int Gates => Cell switch
    {
        RecurrentCell.Lstm => 4,
        RecurrentCell.Gru or RecurrentCell.GruOriginal => 3,
        _ => 1,
    };

    /// <summary>D S, the width of a layer's output, both directions side by side.</summary>
    public int OutputWidth => Directions * Sequences.StateWidth;

    /// <summary>The elements of the memory that a forward pass leaves for the backward pass.</summary>
    public long TapeLength => Layers * LayerLength - (Layers > 0 ? Aligned(OutputLength) : 0);

    internal int GateWidth => Gates * Sequences.Hidden;

    internal long OutputLength => (long)Sequences.Rows * OutputWidth;

    private long Rows => Sequences.Rows;

    private int RecurrentWidth => Cell switch
    {
        RecurrentCell.Gru => Gru.RecurrentWidth(GruForm.ResetAfter, Sequences.Hidden),
        RecurrentCell.GruOriginal => Gru.RecurrentWidth(GruForm.ResetBefore, Sequences.Hidden),
        _ => 0,
    };

    private int CellWidth => Cell == RecurrentCell.Lstm ? Sequences.Hidden : 0;

    private int UnprojectedWidth => Sequences.Projection > 0 ? Sequences.Hidden : 0;

    private long DirectionLength =>
        Aligned(Rows * GateWidth) + Aligned(Rows * Sequences.StateWidth) + Aligned(Rows * CellWidth) + Aligned(Rows * RecurrentWidth)
        + Aligned(Rows * UnprojectedWidth) + Aligned(Rows * Sequences.Projection);

    private long LayerLength => Directions * DirectionLength + Aligned(OutputLength);

    /// <summary>The width of a layer's input.</summary>
    public int InputsOf(int layer) => layer == 0 ? Inputs : OutputWidth;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Sequences} I{Inputs}{(Layers > 1 ? $" L{Layers}" : "")}{(Directions > 1 ? " bidirectional" : "")}";

    internal SequenceShape Direction(int direction) => Sequences with { Reverse = direction == 1, OutputStride = OutputWidth };

    /// <summary>The part of the tape of one direction of a layer.</summary>
    internal SequenceTape Tape(ArrayView<float> tape, int layer, int direction)
    {
        var rest = tape.From(layer * LayerLength + direction * DirectionLength);
        return new(
            Take(ref rest, GateWidth), Take(ref rest, Sequences.StateWidth), Take(ref rest, CellWidth), Take(ref rest, RecurrentWidth),
            Take(ref rest, UnprojectedWidth), Take(ref rest, Sequences.Projection));
    }

    /// <summary>The part of the tape that holds the output of a layer below the last.</summary>
    internal ArrayView<float> Output(ArrayView<float> tape, int layer) =>
        tape.Part(layer * LayerLength + Directions * DirectionLength, OutputLength);

    private ArrayView<float> Take(ref ArrayView<float> rest, int width)
    {
        var length = Rows * width;
        var taken = rest.Part(0, length);
        rest = rest.From(Aligned(length));
        return taken;
    }

    private static long Aligned(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
