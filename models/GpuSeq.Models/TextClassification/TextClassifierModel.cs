using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a recurrent classifier computes.</summary>
/// <param name="Logits">[B, labels].</param>
/// <param name="Weights">[B, T], what attention looks at; null for other kinds of pooling.</param>
public sealed record TextClassifierOutput(Tensor Logits, Tensor? Weights);

/// <summary>
/// A classifier of texts: word vectors, recurrent layers in one direction or two, pooling of their states, and a linear layer to
/// the logits of the labels.
/// </summary>
public sealed class TextClassifierModel : IModel
{
    private const float EmbeddingDeviation = 0.1f; // small, so that the rare words of small data sets stay near 0 until they are learned

    private readonly Embedding _embedding;
    private readonly Recurrent _rnn;
    private readonly AttentionPooling? _attention;
    private readonly Linear _classifier;

    /// <summary>A model with first values drawn from a seed.</summary>
    public TextClassifierModel(Device device, TextClassifierConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        var form = new RecurrentConfig
        {
            Cell = config.Cell,
            Inputs = config.EmbeddingSize,
            Hidden = config.HiddenSize,
            Layers = config.NumLayers,
            Bidirectional = config.Bidirectional,
            Dropout = config.Dropout,
        };
        Directions = form.Directions;
        _embedding = new(scope["embedding"], config.VocabSize, config.EmbeddingSize, Vocabulary.PaddingId, Initializer.Normal(EmbeddingDeviation));
        _rnn = new(scope["rnn"], form);
        _attention = config.Pooling == PoolingKind.Attention ? new(scope["attention"], Directions * config.HiddenSize) : null;
        _classifier = new(scope["classifier"], Directions * config.HiddenSize, config.Labels.Count);
    }

    /// <summary>The form of the model.</summary>
    public TextClassifierConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    private int Directions { get; }

    /// <summary>Computes the logits of the labels.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">Of <see cref="TextBatches"/>: word numbers [B, T], lengths [B], and [B, T] 1 for words and 0 for padding.</param>
    public TextClassifierOutput Forward(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var (ids, lengths, keep) = (graph.Input(batch[0]), graph.Input(batch[1]), graph.Input(batch[2]));
        var words = _embedding.Forward(ids).Dropout(Config.Dropout); // [B, T, C]
        var (states, end) = _rnn.Forward(words, lengths: lengths); // [B, T, D H]
        var (pooled, weights) = Config.Pooling switch
        {
            PoolingKind.Attention => _attention!.Forward(states, keep),
            PoolingKind.Max => (states.MaxOverSteps(keep), null),
            PoolingKind.Mean => (states.MeanOverSteps(keep), null),
            _ => (end.Hidden.LastStates(Directions), default(Tensor)),
        };
        return new(_classifier.Forward(pooled.Dropout(Config.Dropout)), weights);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();
}
