using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// What all models of BERT's family have in common: embeddings, layers, and for some heads a pooler, with the Hub's parameter names.
/// </summary>
public sealed class BertEncoder
{
    private readonly Linear? _projection; // from narrow embeddings to C
    private readonly BertLayer[] _layers; // in the order of computation; those of ALBERT stand here more than once
    private readonly Linear? _pooler;

    /// <summary>An encoder of first values.</summary>
    /// <param name="scope">Where the parameters are added.</param>
    /// <param name="config">The form of the model.</param>
    /// <param name="hasPooler">Whether there is a layer that looks at the first token; ELECTRA has none.</param>
    /// <param name="embeddings">Those of another encoder, to be shared; null for new ones.</param>
    public BertEncoder(ParameterScope scope, BertConfig config, bool hasPooler = false, BertEmbeddings? embeddings = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Embeddings = embeddings ?? new(scope["embeddings"], config);
        var isAlbert = config.ModelType == BertConfig.Albert;
        if (isAlbert || config.EmbeddingWidth != config.Width)
        {
            var name = isAlbert ? "encoder.embedding_hidden_mapping_in" : "embeddings_project";
            _projection = NewLinear(scope[name], config, config.EmbeddingWidth, config.Width);
        }
        _layers = isAlbert ? SharedLayers(scope["encoder"], config) : OwnLayers(scope["encoder"], config);
        if (hasPooler && config.ModelType != BertConfig.Electra)
            _pooler = NewLinear(scope[isAlbert ? "pooler" : "pooler.dense"], config, config.Width, config.Width);
    }

    /// <summary>The form of the model.</summary>
    public BertConfig Config { get; }

    /// <summary>What tokens become before the first layer.</summary>
    public BertEmbeddings Embeddings { get; }

    /// <summary>Computes hidden states.</summary>
    /// <exception cref="ShapeException">A sequence is longer than there are places.</exception>
    public BertResult Forward(Graph graph, BertInput input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(input);
        var options = new AttentionOptions
        {
            Lengths = input.Lengths,
            Keep = input.Mask is { } mask ? mask.Reshape([mask.Shape[0], 1, 1, mask.Shape[1]]) : null,
            Dropout = Config.AttentionDropout,
            ReturnsWeights = input.ReturnsWeights,
        };
        var embedded = Embeddings.Forward(graph, input);
        var states = new List<Tensor>(Config.Layers + 1) { _projection?.Forward(embedded) ?? embedded };
        var weights = new KeptWeights();
        foreach (var (i, layer) in _layers.Index())
            states.Add(layer.Forward(states[^1], options, weights, wanted: i == _layers.Length - 1 ? input.Wanted : null));
        var result = new BertResult(states[^1], null, states, weights);
        return _pooler is null ? result : result with { Pooled = _pooler.Forward(result.First, Activation.Tanh) };
    }

    /// <summary>A layer as all of the family begin: weights from a normal distribution, biases 0.</summary>
    internal static Linear NewLinear(ParameterScope scope, BertConfig config, int inputs, int outputs) =>
        new(scope, inputs, outputs, biasInitializer: Initializer.Zeros, initializer: config.Weights);

    private static BertLayer[] OwnLayers(ParameterScope scope, BertConfig config) =>
        [.. Enumerable.Range(0, config.Layers).Select(layer => new BertLayer(scope[$"layer.{layer}"], config))];

    // Layer i is computed by group i / (L / groups), all layers of the group one after the other (Lan et al. 2020, section 3.1).
    private static BertLayer[] SharedLayers(ParameterScope scope, BertConfig config)
    {
        var (count, size) = (config.LayerGroups ?? 1, config.LayersOfGroup ?? 1);
        BertLayer[][] groups =
        [
            .. Enumerable.Range(0, count).Select(group => Enumerable.Range(0, size)
                .Select(layer => new BertLayer(scope[$"albert_layer_groups.{group}.albert_layers.{layer}"], config)).ToArray()),
        ];
        return [.. Enumerable.Range(0, config.Layers).SelectMany(layer => groups[(int)((long)layer * count / config.Layers)])];
    }
}
