namespace GpuSeq.Kernels;

/// <summary>
/// One direction of one recurrent layer over a batch of sequences. Values of all time steps are rows: the row of step t and
/// sequence b is b T + t when the batch comes first, else t B + b.
/// </summary>
/// <param name="batch">B, the number of sequences.</param>
/// <param name="steps">T, the number of time steps.</param>
/// <param name="hidden">H, the size of the state.</param>
public readonly struct SequenceShape(int batch, int steps, int hidden)
{
    /// <summary>B, the number of sequences.</summary>
    public int Batch { get; } = batch;

    /// <summary>T, the number of time steps.</summary>
    public int Steps { get; } = steps;

    /// <summary>H, the size of the state.</summary>
    public int Hidden { get; } = hidden;

    /// <summary>Whether rows are ordered by sequence first, [B, T], rather than by time, [T, B].</summary>
    public bool BatchFirst { get; init; }

    /// <summary>Whether time runs backwards.</summary>
    public bool Reverse { get; init; }

    /// <summary>P, the size to which an LSTM projects its state; 0 for none.</summary>
    public int Projection { get; init; }

    /// <summary>Elements from one row of the output to the next; 0 means S. Two directions share rows of 2 S.</summary>
    public int OutputStride { get; init; }

    /// <summary>S, the size of the state that is put out and carried on: P with a projection, else H.</summary>
    public int StateWidth => Projection > 0 ? Projection : Hidden;

    /// <summary>B T.</summary>
    public int Rows => Batch * Steps;

    /// <summary>The step that comes at a place in the order of computation.</summary>
    internal int StepAt(int order) => Reverse ? Steps - 1 - order : order;

    /// <summary>The row of the first sequence at a step.</summary>
    internal int FirstRow(int step) => BatchFirst ? step : step * Batch;

    /// <summary>Rows from one sequence to the next at the same step.</summary>
    internal int RowsBetweenSequences => BatchFirst ? Steps : 1;

    internal int OutputWidth => OutputStride > 0 ? OutputStride : StateWidth;

    /// <summary>The same sequences with the projected state for a state.</summary>
    internal SequenceShape OfStates => new(Batch, Steps, StateWidth)
    {
        BatchFirst = BatchFirst,
        Reverse = Reverse,
        OutputStride = OutputStride,
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"B{Batch} T{Steps} H{Hidden}{(Projection > 0 ? $" P{Projection}" : "")}"
        + $"{(BatchFirst ? " batch-first" : "")}{(Reverse ? " reverse" : "")}";
}

/// <summary>One time step as the cell kernels take it. Strides are elements from one sequence to the next.</summary>
internal struct CellStep
{
    public int Batch;
    public int Hidden;
    public int Step;
    public int Width; // bits of the vectors
    public int RowsPerItem;
    public int GateStride;
    public int RecurrentStride;
    public int StateStride; // of the state before this step
    public int NextStride; // of the state after it, which after the last step lies elsewhere
    public int AfterStride; // the same but for an LSTM's state before its projection, which lies elsewhere at every step
    public int OutputStride;
    public int ReadsOutputGradient;
}
