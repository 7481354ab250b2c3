using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A language model over characters: embedding, recurrent layers, and a linear layer to the logits of the next character
/// (Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks", 2015).
/// </summary>
public sealed class CharRnnModel : IModel
{
    private readonly Embedding _embedding;
    private readonly Recurrent _rnn;
    private readonly Linear _decoder;

    /// <summary>A model with first values drawn from a seed.</summary>
    /// <exception cref="ArgumentException">Weights are tied, but vectors and state differ in length.</exception>
    public CharRnnModel(Device device, CharRnnConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.TieWeights && config.EmbeddingSize != config.HiddenSize)
        {
            throw new ArgumentException(
                $"Tied weights need vectors of the length of the state, {config.HiddenSize}, not {config.EmbeddingSize}.", nameof(config));
        }
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        // Vectors that are weights of the output too begin small: else so large logits would make the first steps wild.
        _embedding = new Embedding(
            scope["embedding"], config.VocabSize, config.EmbeddingSize, initializer: config.TieWeights ? Initializer.Uniform(0.1f) : null);
        _rnn = new Recurrent(scope["rnn"], new()
        {
            Cell = config.Cell,
            Inputs = config.EmbeddingSize,
            Hidden = config.HiddenSize,
            Layers = config.NumLayers,
            Dropout = config.Dropout,
        });
        _decoder = config.TieWeights
            ? new Linear(scope["decoder"], _embedding.Weight)
            : new Linear(scope["decoder"], config.HiddenSize, config.VocabSize);
    }

    /// <summary>The form of the model.</summary>
    public CharRnnConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Computes the logits of the next characters.</summary>
    /// <param name="ids">[B, T].</param>
    /// <param name="state">Where the streams are; it moves on.</param>
    /// <returns>[B, T, V].</returns>
    public Tensor Forward(Tensor ids, CharRnnState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (output, end) = _rnn.Forward(_embedding.Forward(ids), state.Recurrent);
        state.Assign(end);
        return _decoder.Forward(output.Dropout(Config.Dropout));
    }

    /// <summary>The mean loss of a window.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">Characters [B, T] and those that follow them [B, T].</param>
    /// <param name="state">Where the streams are; it moves on.</param>
    public Tensor Loss(Graph graph, Batch batch, CharRnnState state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Forward(graph.Input(batch[0]), state).CrossEntropy(graph.Input(batch[1]));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();
}

/// <summary>The state of B streams between two windows. Gradients stop here.</summary>
public sealed class CharRnnState : IDisposable
{
    private readonly StateTensor _hidden;
    private readonly StateTensor? _cell;

    /// <summary>A state of zeros.</summary>
    public CharRnnState(Device device, CharRnnConfig config, int batch)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = new Shape(config.NumLayers, batch, config.HiddenSize);
        _hidden = new(device, shape);
        _cell = config.Cell == CellKind.Lstm ? new(device, shape) : null;
        Recurrent = new(_hidden, _cell);
    }

    /// <summary>The tensors by name, as a checkpoint holds them.</summary>
    public IEnumerable<(string Name, StateTensor Tensor)> Tensors => _cell is null ? [("h", _hidden)] : [("h", _hidden), ("c", _cell)];

    internal RecurrentState Recurrent { get; }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        foreach (var (_, tensor) in Tensors)
            tensor.Clear();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var (_, tensor) in Tensors)
            tensor.Dispose();
    }

    internal void Assign(RecurrentState end)
    {
        _hidden.Assign(end.Hidden);
        _cell?.Assign(end.Cell!);
    }
}
