using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>The kinds of recurrent layers.</summary>
public enum CellKind
{
    /// <summary>Elman network with tanh (Elman 1990).</summary>
    Rnn,

    /// <summary>Long short-term memory (Hochreiter and Schmidhuber 1997).</summary>
    Lstm,

    /// <summary>Gated recurrent unit (Cho et al. 2014).</summary>
    Gru,
}

/// <summary>The form of a recurrent layer, with PyTorch's options.</summary>
public sealed record RecurrentConfig
{
    /// <summary>The kind of cell.</summary>
    public CellKind Cell { get; init; } = CellKind.Lstm;

    /// <summary>The last size of x.</summary>
    public required int Inputs { get; init; }

    /// <summary>H, the size of the state.</summary>
    public required int Hidden { get; init; }

    /// <summary>P, the size to which <see cref="CellKind.Lstm"/> projects its state; 0 for none. PyTorch's proj_size.</summary>
    public int Projection { get; init; }

    /// <summary>Layers stacked on each other.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Whether a second state runs backwards.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>Whether x is [B, T, inputs] rather than [T, B, inputs].</summary>
    public bool BatchFirst { get; init; } = true;

    /// <summary>Whether sums have biases.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>The share of values between two layers that is dropped in training.</summary>
    public float Dropout { get; init; }

    /// <summary>Tanh or Relu, for <see cref="CellKind.Rnn"/>.</summary>
    public Activation Nonlinearity { get; init; } = Activation.Tanh;

    /// <summary>Where the reset gate stands, for <see cref="CellKind.Gru"/>.</summary>
    public GruForm GruForm { get; init; } = GruForm.ResetAfter;

    /// <summary>1 or 2.</summary>
    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>S, the size of the state that is put out: P with a projection, else H.</summary>
    public int StateWidth => Projection > 0 ? Projection : Hidden;
}

/// <summary>The state of all layers between two calls.</summary>
/// <param name="Hidden">[layers * directions, B, S].</param>
/// <param name="Cell">[layers * directions, B, H] for an LSTM, else null.</param>
public sealed record RecurrentState(Tensor Hidden, Tensor? Cell = null);

/// <summary>
/// Stacked recurrent layers, as <c>torch.nn.RNN</c>, <c>LSTM</c> and <c>GRU</c>, with their parameter names
/// (<c>weight_ih_l0</c>, <c>bias_hh_l1_reverse</c>), layouts and initialisation.
/// </summary>
public sealed class Recurrent
{
    private readonly RecurrentConfig _config;
    private readonly RecurrentWeights[] _weights; // layer by layer, direction by direction

    /// <summary>Layers with PyTorch's initialisation: everything evenly within 1 / sqrt(H).</summary>
    public Recurrent(ParameterScope scope, RecurrentConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        if (config.Projection > 0 && config.Cell != CellKind.Lstm)
            throw new ArgumentException($"Recurrent: only an LSTM projects its state, not {config.Cell}.", nameof(config));
        _config = config;
        var initializer = Initializer.FanIn(config.Hidden);
        _weights = new RecurrentWeights[config.Layers * config.Directions];
        for (var i = 0; i < _weights.Length; i++)
            _weights[i] = Weights(scope, config, i / config.Directions, i % config.Directions == 1, initializer);
    }

    /// <summary>Runs all layers over whole sequences.</summary>
    /// <param name="x">[B, T, inputs] or [T, B, inputs].</param>
    /// <param name="state">Where the layers begin; null for zeros.</param>
    /// <param name="lengths">[B], how many steps of each sequence count; null for all.</param>
    /// <returns>The last layer's states, [B, T, directions S] or [T, B, directions S], and where the layers ended.</returns>
    public (Tensor Output, RecurrentState State) Forward(Tensor x, RecurrentState? state = null, Tensor? lengths = null)
    {
        var options = new RecurrentOptions
        {
            BatchFirst = _config.BatchFirst,
            Bidirectional = _config.Bidirectional,
            Dropout = _config.Dropout,
            Lengths = lengths,
        };
        var result = _config.Cell switch
        {
            CellKind.Lstm => x.Lstm(_weights, options, state?.Hidden, state?.Cell),
            CellKind.Gru => x.Gru(_weights, options, state?.Hidden, _config.GruForm),
            _ => x.Rnn(_weights, options, state?.Hidden, _config.Nonlinearity),
        };
        return (result.Output, new(result.State, result.Cell));
    }

    private static RecurrentWeights Weights(
        ParameterScope scope, RecurrentConfig config, int layer, bool isReverse, Initializer initializer)
    {
        var suffix = $"l{layer}{(isReverse ? "_reverse" : "")}";
        var sums = config.Hidden * config.Cell switch { CellKind.Lstm => 4, CellKind.Gru => 3, _ => 1 };
        var inputs = layer == 0 ? config.Inputs : config.Directions * config.StateWidth;
        return new(
            scope.Add($"weight_ih_{suffix}", [sums, inputs], initializer),
            scope.Add($"weight_hh_{suffix}", [sums, config.StateWidth], initializer),
            config.Bias ? scope.Add($"bias_ih_{suffix}", [sums], initializer) : null,
            config.Bias ? scope.Add($"bias_hh_{suffix}", [sums], initializer) : null,
            config.Projection > 0 ? scope.Add($"weight_hr_{suffix}", [config.Projection, config.Hidden], initializer) : null);
    }
}
