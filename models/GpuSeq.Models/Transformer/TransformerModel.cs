using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A transformer that reads a text and writes another (Vaswani et al. 2017). Its parameters are <c>embedding.weight</c>, or
/// <c>source_embedding.weight</c> and <c>target_embedding.weight</c>; those of <see cref="Transformer"/>, <c>encoder</c> and
/// <c>decoder</c>; <c>source_positions.weight</c> and <c>target_positions.weight</c> where positions are learned; and
/// <c>output.bias</c>. The weights of the output are those of the words that the decoder reads.
/// </summary>
public sealed class TransformerModel : IModel
{
    private readonly TransformerEmbedding _source;
    private readonly TransformerEmbedding _target;
    private readonly Transformer _layers;
    private readonly Linear _output;

    /// <summary>A model with first values drawn from a seed.</summary>
    /// <exception cref="ArgumentException">The form is none that can be built.</exception>
    public TransformerModel(Device device, TransformerConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Fault is { } fault)
            throw new ArgumentException($"Transformer: {fault}.", nameof(config));
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        var target = Words(config.SharedVocabulary ? "embedding" : "target_embedding", config.TargetVocabSize);
        var source = config.SharedVocabulary ? target : Words("source_embedding", config.SourceVocabSize);
        _layers = new(scope, config.EncoderLayers, config.DecoderLayers, config.Layer);
        _source = new(scope["source_positions"], source, config.Positions, config.MaxPositions, config.Dropout);
        _target = new(scope["target_positions"], target, config.Positions, config.MaxPositions, config.Dropout);
        _output = new(scope["output"], target);

        Parameter Words(string name, int count) => scope[name].Add(
            "weight", [count, config.HiddenSize], Initializer.Normal(1f / MathF.Sqrt(config.HiddenSize)).WithZeroRow(Vocabulary.PaddingId));
    }

    /// <summary>The form of the model.</summary>
    public TransformerConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The mean loss of the tokens of targets.</summary>
    /// <param name="graph">Of the step.</param>
    /// <param name="batch">As <see cref="TokenBatches"/> fills it.</param>
    /// <param name="labelSmoothing">How much of each target is spread over all tokens.</param>
    public Tensor Loss(Graph graph, Batch batch, float labelSmoothing = 0f)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Logits(graph, batch).CrossEntropy(
            graph.Input(batch[TokenBatches.Targets]), new() { IgnoredIndex = Vocabulary.PaddingId, LabelSmoothing = labelSmoothing });
    }

    /// <summary>The scores of every token at every place, [B, T, V], where the right ones went before.</summary>
    /// <param name="graph">Of the step.</param>
    /// <param name="batch">As <see cref="TokenBatches"/> fills it.</param>
    public Tensor Logits(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var lengths = graph.Input(batch[TokenBatches.Lengths]);
        var memory = Encode(graph, graph.Input(batch[TokenBatches.Sources]), lengths);
        return _output.Forward(Decode(graph, graph.Input(batch[TokenBatches.Inputs]), memory, new() { Lengths = lengths }).Output);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
        Parameters.Dispose();
    }

    /// <summary>Reads texts.</summary>
    /// <param name="graph">Of the step.</param>
    /// <param name="ids">[B, S].</param>
    /// <param name="lengths">[B].</param>
    /// <returns>[B, S, C].</returns>
    internal Tensor Encode(Graph graph, Tensor ids, Tensor lengths) =>
        _layers.Encoder.Forward(_source.Forward(graph, ids), new() { Lengths = lengths }).Output;

    /// <summary>Reads whole targets [B, T] beside what was made of the sources.</summary>
    internal TransformerDecoderResult Decode(Graph graph, Tensor ids, Tensor memory, AttentionOptions cross) =>
        _layers.Decoder.Forward(_target.Forward(graph, ids), memory, new() { IsCausal = true }, cross);

    /// <summary>The keys and values of what was made of the sources for each layer of the decoder, [B, S, 2 C] each.</summary>
    internal Tensor[] Remember(Tensor memory) => _layers.Decoder.Remember(memory);

    /// <summary>The scores of what follows the next token of each target, [R, V], whose tokens before it a cache holds.</summary>
    /// <param name="graph">Of the step.</param>
    /// <param name="ids">[R, 1].</param>
    /// <param name="position">Where they stand.</param>
    /// <param name="cache">Of R sequences.</param>
    /// <param name="remembered">Of B sources, each for R / B targets.</param>
    /// <param name="lengths">[B], of the sources.</param>
    internal Tensor Continue(
        Graph graph, Tensor ids, int position, KeyValueCache cache, IReadOnlyList<Tensor> remembered, Tensor lengths)
    {
        var rows = ids.Shape[0];
        var output = _layers.Decoder.Continue(
            _target.Forward(graph, ids, position), remembered, cache, Everywhere(position), new() { Lengths = Everywhere(position + 1) },
            new() { Lengths = lengths });
        return _output.Forward(output.Reshape([rows, Config.HiddenSize]));

        Tensor Everywhere(int value) => graph.Input([.. Enumerable.Repeat(value, rows)], [rows]);
    }
}
