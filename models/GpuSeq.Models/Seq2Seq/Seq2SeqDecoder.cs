using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Where the decoder stands between two words.</summary>
/// <param name="Recurrent">The state of its layers.</param>
/// <param name="Fed">[B, 1, E], what input feeding gives to the next step; null without it, and where nothing was seen yet.</param>
internal sealed record DecoderState(RecurrentState Recurrent, Tensor? Fed)
{
    /// <summary>The states of chosen sequences.</summary>
    public DecoderState Select(Tensor rows) => new(
        new(Recurrent.Hidden.Select(1, rows), Recurrent.Cell?.Select(1, rows)), Fed?.Select(0, rows));
}

/// <summary>What the decoder makes of words.</summary>
/// <param name="Output">[B, T, E], from which the next words are told.</param>
/// <param name="State">Where it stands after them.</param>
/// <param name="Weights">[B, T, S], at what it looked; null without attention.</param>
internal sealed record Decoded(Tensor Output, DecoderState State, Tensor? Weights);

/// <summary>
/// Reads the words so far of a translation and tells the next. With dot or general attention it takes whole sequences at once and
/// looks at the source afterwards; with additive attention or input feeding what it saw goes into the next step, so that it goes
/// step by step. Words that it reads and words that it tells have the same vectors (Press and Wolf 2017).
/// </summary>
internal sealed class Seq2SeqDecoder
{
    private readonly Seq2SeqConfig _config;
    private readonly Parameter _words; // [V, E]
    private readonly Parameter _bias; // [V]
    private readonly Recurrent _recurrent;
    private readonly SequenceAttention? _attention;
    private readonly Linear _combine;

    public Seq2SeqDecoder(ParameterScope scope, Seq2SeqConfig config)
    {
        _config = config;
        var (words, hidden) = (config.EmbeddingSize, config.HiddenSize);
        var isAdditive = config.Attention == AttentionKind.Additive;
        // Small as scores want them; scaled up where they are read (Vaswani et al. 2017, section 3.4).
        _words = scope["target_embedding"].Add("weight", [config.TargetVocabSize, words], Initializer.Normal(1f / MathF.Sqrt(words)));
        _recurrent = new(scope["decoder"], new()
        {
            Cell = config.Cell,
            Inputs = words + (isAdditive ? hidden : config.InputFeeding ? words : 0),
            Hidden = hidden,
            Layers = config.NumLayers,
            Dropout = config.Dropout,
        });
        _attention = config.Attention switch
        {
            AttentionKind.None => null,
            AttentionKind.Additive => new AdditiveAttention(scope["attention"], hidden, hidden, hidden),
            var kind => new MultiplicativeAttention(scope["attention"], hidden, hidden, kind == AttentionKind.General),
        };
        _combine = new(scope["combine"], hidden + (_attention is null ? 0 : hidden) + (isAdditive ? words : 0), words);
        _bias = scope["output"].Add("bias", [config.TargetVocabSize], Initializer.Zeros);
    }

    /// <summary>Prepares the encoder's outputs [B, S, H]; null without attention.</summary>
    public AttentionMemory? Remember(Tensor outputs, Tensor mask) => _attention?.Remember(outputs, mask);

    /// <summary>Reads words [B, T] behind those that made the state.</summary>
    public Decoded Forward(AttentionMemory? memory, DecoderState state, Tensor ids)
    {
        var words = (ids.Embedding(_words, Vocabulary.PaddingId) * MathF.Sqrt(_config.EmbeddingSize)).Dropout(_config.Dropout);
        if (_config.IsStepwise)
            return ForwardByStep(memory!, state, words);
        var (outputs, after) = _recurrent.Forward(words, state.Recurrent);
        var attended = _attention?.Attend(outputs, memory!);
        return new(Combine(outputs, attended?.Output, words), new(after, null), attended?.Weights);
    }

    /// <summary>The scores of every next word, [B, T, V].</summary>
    public Tensor Logits(Decoded decoded) => decoded.Output.Dropout(_config.Dropout).Linear(_words, _bias);

    private Decoded ForwardByStep(AttentionMemory memory, DecoderState state, Tensor words)
    {
        var (outputs, weights) = (new Tensor[words.Shape[1]], new Tensor[words.Shape[1]]);
        for (var step = 0; step < outputs.Length; step++)
        {
            var word = words.Slice(1, step, 1); // [B, 1, E]
            (outputs[step], state, var looked) = _config.Attention == AttentionKind.Additive
                ? LookAndStep(memory, state, word)
                : StepAndLook(memory, state, word);
            weights[step] = looked!;
        }
        return new(outputs.Concat(1), state, weights.Concat(1));
    }

    // Bahdanau, Cho and Bengio 2015, appendix A.2.2: the state before the step chooses what the step sees.
    private Decoded LookAndStep(AttentionMemory memory, DecoderState state, Tensor word)
    {
        var (context, weights) = _attention!.Attend(Top(state.Recurrent), memory);
        var (output, after) = _recurrent.Forward(Joined(word, context), state.Recurrent);
        return new(Combine(output, context, word), new(after, null), weights);
    }

    // Luong, Pham and Manning 2015, section 3.3: the step takes what the last one saw.
    private Decoded StepAndLook(AttentionMemory memory, DecoderState state, Tensor word)
    {
        var fed = state.Fed ?? word.Detach() * 0f; // zeros: nothing was seen yet
        var (output, after) = _recurrent.Forward(Joined(word, fed), state.Recurrent);
        var (context, weights) = _attention!.Attend(output, memory);
        var combined = Combine(output, context, word);
        return new(combined, new(after, combined), weights);
    }

    private Tensor Combine(Tensor output, Tensor? context, Tensor words)
    {
        var seen = _config.Attention switch
        {
            AttentionKind.None => output,
            AttentionKind.Additive => Joined(output, context!, words),
            _ => Joined(output, context!),
        };
        return _combine.Forward(seen).Tanh(); // [B, T, E]
    }

    private static Tensor Joined(params Tensor[] parts) => parts.Concat(2);

    private static Tensor Top(RecurrentState state)
    {
        var top = state.Hidden[^1]; // [B, H]
        return top.Reshape([top.Shape[0], 1, top.Shape[1]]);
    }
}
