namespace GpuSeq.Kernels;

/// <summary>Holds the lengths of a cell's operands against its shape.</summary>
internal readonly struct CellCheck(string operation, SequenceShape shape)
{
    /// <summary>Throws where an operand is too short.</summary>
    public void Needs(string name, long length, long needed)
    {
        if (length < needed)
            throw new ArgumentException($"{operation} {shape}: {name} has {length} elements and needs {needed}.");
    }

    /// <summary>Throws where an operand that may be empty is there, but too short.</summary>
    public void MayHave(string name, long length, long needed)
    {
        if (length > 0)
            Needs(name, length, needed);
    }

    /// <summary>Checks the weights of the state, which are [gates H, S], and their bias.</summary>
    public void Weights(int gates, long weightHh, long biasHh)
    {
        var sums = (long)gates * shape.Hidden;
        Needs("weight_hh", weightHh, sums * shape.StateWidth);
        MayHave("bias_hh", biasHh, sums);
    }

    /// <summary>Checks what all cells keep of their sequences.</summary>
    public void Tape(int gates, in SequenceTape tape)
    {
        Needs("the tape's gates", tape.Gates.Length, (long)shape.Rows * gates * shape.Hidden);
        Needs("the tape's states", tape.StateBefore.Length, (long)shape.Rows * shape.StateWidth);
    }

    /// <summary>Checks rows that go out, and the state of every sequence.</summary>
    public void Sequences(string outputName, long output, string stateName, long state, long lengths)
    {
        MayHave(outputName, output, shape.Rows == 0 ? 0 : (long)(shape.Rows - 1) * shape.OutputWidth + shape.StateWidth);
        Needs(stateName, state, (long)shape.Batch * shape.StateWidth);
        MayHave("lengths", lengths, shape.Batch);
    }

    /// <summary>Only an LSTM has a projection.</summary>
    public void HasNoProjection()
    {
        if (shape.Projection > 0)
            throw new ArgumentException($"{operation} {shape}: only an LSTM projects its state.");
    }
}
