namespace GpuSeq.Kernels;

/// <summary>
/// The recurrent weights of a cell, laid out once for many steps. Made by the Pack method of <see cref="Rnn"/>,
/// <see cref="Lstm"/> and <see cref="Gru"/>.
/// </summary>
public readonly record struct PackedCell : IDisposable
{
    internal PackedCell(PackedMatrix state, PackedMatrix second = default) => (State, Second) = (state, second);

    /// <summary>The weights that multiply the state.</summary>
    internal PackedMatrix State { get; }

    /// <summary>The LSTM's projection, or the weights of the original GRU's candidate.</summary>
    internal PackedMatrix Second { get; }

    /// <summary>Gives the memory back to the pool.</summary>
    public void Dispose()
    {
        State.Dispose();
        Second.Dispose();
    }
}
