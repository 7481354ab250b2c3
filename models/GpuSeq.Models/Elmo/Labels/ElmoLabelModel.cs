using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Labels words or sentences by the layers of a language model, which is left as it is: a mix of the layers, an LSTM of both
/// directions over it, the mean over the words where the sentence gets the label, and a linear layer.
/// </summary>
public sealed class ElmoLabelModel : IModel
{
    private readonly ScalarMix? _mix;
    private readonly Recurrent? _lstm;
    private readonly Linear _output;

    /// <summary>A model with first values drawn from a seed.</summary>
    public ElmoLabelModel(Device device, ElmoLabelConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        var (hidden, width) = (config.HiddenSize, config.FeatureWidth);
        if (config.Layers == ElmoLayers.Mix)
            _mix = new ScalarMix(scope["mix"], config.FeatureLayers, config.Normalises);
        if (hidden > 0)
            _lstm = new Recurrent(scope["lstm"], new() { Inputs = width, Hidden = hidden, Bidirectional = true });
        _output = new Linear(scope["output"], hidden > 0 ? 2 * hidden : width, config.Labels.Count);
    }

    /// <summary>The form of the model.</summary>
    public ElmoLabelConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The share of each layer in the mix; empty where there is none.</summary>
    public IReadOnlyList<double> Shares => _mix?.Shares ?? [];

    /// <summary>Computes the logits of the labels.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">Layers [J, B, T, C], lengths [B], labels, and reciprocals of the lengths [B, 1].</param>
    /// <returns>[B, T, labels], or [B, labels] where sentences get them.</returns>
    public Tensor Forward(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var layers = graph.Input(batch[0]);
        var x = (_mix is null ? layers[0] : _mix.Forward(graph, layers)).Dropout(Config.Dropout);
        if (_lstm is not null)
            x = _lstm.Forward(x, lengths: graph.Input(batch[1])).Output.Dropout(Config.Dropout);
        if (Config.Unit == LabelUnit.Sentence)
            x = x.Sum(1) * graph.Input(batch[3]); // places behind the last word are 0
        return _output.Forward(x);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();
}
