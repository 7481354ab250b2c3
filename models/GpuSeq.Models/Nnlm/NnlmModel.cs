using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A neural probabilistic language model (Bengio, Ducharme, Vincent and Jauvin 2003, equation 1): the vectors x of the words
/// before, side by side, give the logits of the next word, y = b + W x + U tanh(d + H x), where W x may be left out.
/// </summary>
public sealed class NnlmModel : IModel
{
    private readonly Embedding _embedding;
    private readonly Linear _hidden;
    private readonly Linear _output;
    private readonly Linear? _direct;

    /// <summary>A model with first values drawn from a seed.</summary>
    public NnlmModel(Device device, NnlmConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        var width = config.ContextSize * config.EmbeddingSize;
        _embedding = new(scope["embedding"], config.VocabSize, config.EmbeddingSize);
        _hidden = new(scope["hidden"], width, config.HiddenSize);
        _output = new(scope["output"], config.HiddenSize, config.VocabSize);
        _direct = config.IsDirect ? new(scope["direct"], width, config.VocabSize, bias: false) : null;
    }

    /// <summary>The form of the model.</summary>
    public NnlmConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Computes the logits of the next words.</summary>
    /// <param name="context">[B, n - 1], the words before, the last one last.</param>
    /// <returns>[B, V].</returns>
    public Tensor Forward(Tensor context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var x = _embedding.Forward(context).Reshape([context.Shape[0], Config.ContextSize * Config.EmbeddingSize]);
        x = x.Dropout(Config.Dropout);
        var y = _output.Forward(_hidden.Forward(x).Tanh().Dropout(Config.Dropout));
        return _direct is null ? y : y.Add(_direct.Forward(x));
    }

    /// <summary>The mean loss of a batch.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">Contexts [B, n - 1] and the words that follow them [B].</param>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Forward(graph.Input(batch[0])).CrossEntropy(graph.Input(batch[1]));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();
}
