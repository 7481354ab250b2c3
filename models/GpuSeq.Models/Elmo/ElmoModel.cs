using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// Two language models over one encoder of characters and one output layer (Peters et al. 2018, section 3.1): one foretells each
/// word of those before it, the other of those after it. Each is a stack of projected LSTMs of its own.
/// </summary>
public sealed class ElmoModel : IModel
{
    private readonly CharacterEncoder _encoder;
    private readonly Recurrent[][] _directions; // by direction and layer
    private readonly Linear _decoder;

    /// <summary>A model with first values drawn from a seed.</summary>
    public ElmoModel(Device device, ElmoConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        _encoder = new CharacterEncoder(scope["encoder"], new()
        {
            Characters = WordCharacters.Count,
            Embedding = config.CharacterEmbedding,
            Filters = config.Filters,
            Highways = config.Highways,
            Outputs = config.Projection,
        });
        _directions = [Stack(scope["forward"]), Stack(scope["backward"])];
        _decoder = new Linear(scope["decoder"], config.Projection, config.VocabSize);

        Recurrent[] Stack(ParameterScope direction) =>
        [
            .. Enumerable.Range(0, config.NumLayers).Select(layer => new Recurrent(direction[$"{layer}"], new()
            {
                Inputs = config.Projection,
                Hidden = config.HiddenSize,
                Projection = config.Projection,
            })),
        ];
    }

    /// <summary>The form of the model.</summary>
    public ElmoConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Loads the best model of a run.</summary>
    /// <exception cref="DataException">The configuration cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static ElmoModel Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Fill(new ElmoModel(device, ElmoConfig.Load(run.Config)));
    }

    /// <summary>
    /// Computes the layers: the words' own vectors first, then those of each LSTM. Both directions read from the left: what the
    /// second reads is the text from its end.
    /// </summary>
    /// <param name="characters">[N, L], the different words.</param>
    /// <param name="words">[2, B, T], which of them stand where, for each direction.</param>
    /// <param name="state">Where the streams are; it moves on. Null to begin with zeros.</param>
    /// <param name="lengths">[B], how many words of each row count; null for all.</param>
    /// <returns>[B, T, P] by direction and layer.</returns>
    public Tensor[][] Forward(Tensor characters, Tensor words, ElmoState? state = null, Tensor? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(characters);
        ArgumentNullException.ThrowIfNull(words);
        var vectors = words.Embedding(_encoder.Forward(characters)); // [2, B, T, P]
        return [.. _directions.Index().Select(direction => Run(direction.Index, vectors[direction.Index], state, lengths))];
    }

    /// <summary>The losses of a window.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">
    /// Characters of the different words [N, L], which of them stand where [2, B, T], and the numbers of the words that follow
    /// [2, B, T], for each direction.
    /// </param>
    /// <param name="state">Where the streams are; it moves on. Null to begin with zeros.</param>
    /// <returns>[2, B T], of each word.</returns>
    public Tensor Losses(Graph graph, Batch batch, ElmoState? state = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var layers = Forward(graph.Input(batch[0]), graph.Input(batch[1]), state);
        var last = layers.Select(direction => direction[^1]).ToArray().Concat(0); // [2 B, T, P]
        var losses = _decoder.Forward(last.Dropout(Config.Dropout))
            .CrossEntropy(graph.Input(batch[2]), new() { Reduction = LossReduction.None });
        return losses.Reshape([2, losses.Shape.Rows * losses.Shape.Columns / 2]);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    private Tensor[] Run(int direction, Tensor words, ElmoState? state, Tensor? lengths)
    {
        var layers = new List<Tensor> { words };
        foreach (var (layer, lstm) in _directions[direction].Index())
        {
            var (output, end) = lstm.Forward(layers[layer].Dropout(Config.Dropout), state?[direction, layer], lengths);
            state?.Assign(direction, layer, end);
            layers.Add(Config.Residual && layer > 0 ? output + layers[layer] : output);
        }
        return [.. layers];
    }
}

/// <summary>The states of B streams in both directions between two windows. Gradients stop here.</summary>
public sealed class ElmoState : IDisposable
{
    private readonly (StateTensor Hidden, StateTensor Cell)[,] _states; // by direction and layer

    /// <summary>States of zeros.</summary>
    public ElmoState(Device device, ElmoConfig config, int batch)
    {
        ArgumentNullException.ThrowIfNull(config);
        _states = new (StateTensor, StateTensor)[2, config.NumLayers];
        for (var direction = 0; direction < 2; direction++)
        {
            for (var layer = 0; layer < config.NumLayers; layer++)
                _states[direction, layer] = (new(device, [1, batch, config.Projection]), new(device, [1, batch, config.HiddenSize]));
        }
    }

    /// <summary>The tensors by name, as a checkpoint holds them.</summary>
    public IEnumerable<(string Name, StateTensor Tensor)> Tensors
    {
        get
        {
            for (var direction = 0; direction < 2; direction++)
            {
                for (var layer = 0; layer < _states.GetLength(1); layer++)
                {
                    var name = $"{(direction == 0 ? "forward" : "backward")}.{layer}";
                    yield return ($"{name}.h", _states[direction, layer].Hidden);
                    yield return ($"{name}.c", _states[direction, layer].Cell);
                }
            }
        }
    }

    internal RecurrentState this[int direction, int layer] => new(_states[direction, layer].Hidden, _states[direction, layer].Cell);

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

    internal void Assign(int direction, int layer, RecurrentState end)
    {
        _states[direction, layer].Hidden.Assign(end.Hidden);
        _states[direction, layer].Cell.Assign(end.Cell!);
    }
}
