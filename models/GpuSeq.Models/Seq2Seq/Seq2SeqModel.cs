using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What the encoder makes of sentences.</summary>
/// <param name="Memory">What the decoder looks at; null without attention.</param>
/// <param name="Begin">Where the decoder begins.</param>
internal sealed record EncodedSource(AttentionMemory? Memory, DecoderState Begin)
{
    /// <summary>Chosen sentences.</summary>
    public EncodedSource Select(Tensor rows) => new(Memory?.Select(rows), Begin.Select(rows));
}

/// <summary>
/// Encoder and decoder: recurrent layers read the source in both directions, others write the translation word by word. The
/// parameters are <c>source_embedding</c>, <c>encoder</c>, <c>target_embedding</c>, <c>decoder</c>, <c>attention</c>,
/// <c>combine</c> and <c>output.bias</c>; the weights of the output are those of <c>target_embedding</c>.
/// </summary>
public sealed class Seq2SeqModel : IModel
{
    private readonly Embedding _words;
    private readonly Recurrent _encoder;
    private readonly Seq2SeqDecoder _decoder;

    /// <summary>A model with first values drawn from a seed.</summary>
    /// <exception cref="ArgumentException">The form is none that can be built.</exception>
    public Seq2SeqModel(Device device, Seq2SeqConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Fault is { } fault)
            throw new ArgumentException($"Encoder and decoder: {fault}.", nameof(config));
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        _words = new(scope["source_embedding"], config.SourceVocabSize, config.EmbeddingSize, Vocabulary.PaddingId);
        _encoder = new(scope["encoder"], new()
        {
            Cell = config.Cell,
            Inputs = config.EmbeddingSize,
            Hidden = config.HiddenSize / 2,
            Layers = config.NumLayers,
            Bidirectional = true,
            Dropout = config.Dropout,
        });
        _decoder = new(scope, config);
    }

    /// <summary>The form of the model.</summary>
    public Seq2SeqConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The mean loss of the words of translations.</summary>
    /// <param name="graph">Of the step.</param>
    /// <param name="batch">As <see cref="TranslationBatches"/> fills it.</param>
    /// <param name="labelSmoothing">How much of each target is spread over all words.</param>
    public Tensor Loss(Graph graph, Batch batch, float labelSmoothing = 0f)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var logits = Logits(graph, batch);
        return logits.CrossEntropy(
            graph.Input(batch[TranslationBatches.Targets]),
            new() { IgnoredIndex = Vocabulary.PaddingId, LabelSmoothing = labelSmoothing });
    }

    /// <summary>The scores of every word at every place, [B, T, V], where the right ones went before.</summary>
    /// <param name="graph">Of the step.</param>
    /// <param name="batch">As <see cref="TranslationBatches"/> fills it.</param>
    public Tensor Logits(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var source = Encode(
            graph.Input(batch[TranslationBatches.Sources]), graph.Input(batch[TranslationBatches.Lengths]),
            graph.Input(batch[TranslationBatches.Mask]));
        return Logits(Decode(source, source.Begin, graph.Input(batch[TranslationBatches.Inputs])));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    /// <summary>Reads sentences.</summary>
    /// <param name="ids">[B, S].</param>
    /// <param name="lengths">[B].</param>
    /// <param name="mask">[B, 1, S], minus infinity for padding.</param>
    internal EncodedSource Encode(Tensor ids, Tensor lengths, Tensor mask)
    {
        var words = _words.Forward(ids).Dropout(Config.Dropout);
        var (outputs, state) = _encoder.Forward(words, lengths: lengths);
        var joined = new RecurrentState(Joined(state.Hidden), state.Cell is null ? null : Joined(state.Cell));
        return new(_decoder.Remember(outputs, mask), new(joined, null));
    }

    /// <summary>Reads words [B, T] of translations behind those that made the state.</summary>
    internal Decoded Decode(EncodedSource source, DecoderState state, Tensor ids) => _decoder.Forward(source.Memory, state, ids);

    /// <summary>The scores of every next word, [B, T, V].</summary>
    internal Tensor Logits(Decoded decoded) => _decoder.Logits(decoded);

    // Both directions of a layer side by side are the state of the decoder's layer: [2 L, B, H / 2] to [L, B, H].
    private Tensor Joined(Tensor state)
    {
        var (batch, half) = (state.Shape[1], state.Shape[2]);
        return state.Reshape([Config.NumLayers, 2, batch, half]).Permute(0, 2, 1, 3).Reshape([Config.NumLayers, batch, 2 * half]);
    }
}
