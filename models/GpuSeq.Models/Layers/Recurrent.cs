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
}

/// <summary>The state of each layer between two calls.</summary>
/// <param name="Hidden">For each layer [directions, B, H].</param>
/// <param name="Cell">For each layer [directions, B, H], for an LSTM; else empty.</param>
public sealed record RecurrentState(IReadOnlyList<Tensor> Hidden, IReadOnlyList<Tensor> Cell);

/// <summary>
/// Stacked recurrent layers, as <c>torch.nn.RNN</c>, <c>LSTM</c> and <c>GRU</c>, with their parameter names
/// (<c>weight_ih_l0</c>, <c>bias_hh_l1_reverse</c>), layouts and initialisation.
/// </summary>
public sealed class Recurrent
{
    private readonly RecurrentConfig _config;
    private readonly RecurrentWeights[][] _weights; // [layer][direction]

    /// <summary>Layers with PyTorch's initialisation: everything evenly within 1 / sqrt(H).</summary>
    public Recurrent(ParameterScope scope, RecurrentConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        var gates = config.Cell switch { CellKind.Lstm => 4, CellKind.Gru => 3, _ => 1 };
        var initializer = Initializer.FanIn(config.Hidden);
        _weights = new RecurrentWeights[config.Layers][];
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var inputs = layer == 0 ? config.Inputs : config.Directions * config.Hidden;
            _weights[layer] = new RecurrentWeights[config.Directions];
            for (var direction = 0; direction < config.Directions; direction++)
            {
                var suffix = $"l{layer}{(direction == 1 ? "_reverse" : "")}";
                _weights[layer][direction] = new(
                    scope.Add($"weight_ih_{suffix}", [gates * config.Hidden, inputs], initializer),
                    scope.Add($"weight_hh_{suffix}", [gates * config.Hidden, config.Hidden], initializer),
                    config.Bias ? scope.Add($"bias_ih_{suffix}", [gates * config.Hidden], initializer) : null,
                    config.Bias ? scope.Add($"bias_hh_{suffix}", [gates * config.Hidden], initializer) : null);
            }
        }
    }

    /// <summary>Runs all layers over whole sequences.</summary>
    /// <param name="x">[B, T, inputs] or [T, B, inputs].</param>
    /// <param name="state">Where each layer begins; null for zeros.</param>
    /// <param name="lengths">[B], how many steps of each sequence count; null for all.</param>
    /// <returns>The last layer's states, [B, T, directions H] or [T, B, directions H], and where each layer ended.</returns>
    public (Tensor Output, RecurrentState State) Forward(Tensor x, RecurrentState? state = null, Tensor? lengths = null)
    {
        var options = new RecurrentOptions { BatchFirst = _config.BatchFirst, Lengths = lengths };
        var hidden = new Tensor[_config.Layers];
        var cells = new List<Tensor>();
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            if (layer > 0)
                x = x.Dropout(_config.Dropout);
            var h0 = state?.Hidden[layer];
            var result = _config.Cell switch
            {
                CellKind.Lstm => x.Lstm(_weights[layer], options, h0, state?.Cell[layer]),
                CellKind.Gru => x.Gru(_weights[layer], options, h0, _config.GruForm),
                _ => x.Rnn(_weights[layer], options, h0, _config.Nonlinearity),
            };
            (x, hidden[layer]) = (result.Output, result.State);
            if (result.Cell is not null)
                cells.Add(result.Cell);
        }
        return (x, new(hidden, cells));
    }
}
