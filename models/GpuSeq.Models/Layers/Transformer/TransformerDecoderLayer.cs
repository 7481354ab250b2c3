using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a layer of a decoder made of sequences.</summary>
/// <param name="Output">[B, T, C].</param>
/// <param name="SelfWeights">[B, H, T, T], where the options for the sequence itself ask for them.</param>
/// <param name="CrossWeights">[B, H, T, S], where the options for the memory ask for them.</param>
public sealed record TransformerDecoderLayerResult(Tensor Output, Tensor? SelfWeights, Tensor? CrossWeights);

/// <summary>
/// Self-attention, attention to a memory and a feed-forward network, each with a residual connection and layer normalisation
/// (Vaswani et al. 2017, section 3.1), as <c>torch.nn.TransformerDecoderLayer</c> with <c>batch_first</c>.
/// </summary>
public sealed class TransformerDecoderLayer
{
    private readonly TransformerLayerConfig _config;
    private readonly MultiHeadAttention _selfAttention;
    private readonly MultiHeadAttention _crossAttention;
    private readonly FeedForward _feedForward;
    private readonly LayerNorm _norm1;
    private readonly LayerNorm _norm2;
    private readonly LayerNorm _norm3;

    /// <summary>
    /// A layer with the parts <c>self_attn</c>, <c>multihead_attn</c>, <c>linear1</c>, <c>linear2</c>, <c>norm1</c>, <c>norm2</c>
    /// and <c>norm3</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The number of heads does not divide the width.</exception>
    public TransformerDecoderLayer(ParameterScope scope, TransformerLayerConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        var attention = new MultiHeadAttentionConfig { Width = config.Width, Heads = config.Heads };
        _selfAttention = new(scope["self_attn"], attention);
        _crossAttention = new(scope["multihead_attn"], attention);
        _feedForward = new(scope, config);
        _norm1 = new(scope["norm1"], config.Width, config.LayerNormEps);
        _norm2 = new(scope["norm2"], config.Width, config.LayerNormEps);
        _norm3 = new(scope["norm3"], config.Width, config.LayerNormEps);
    }

    /// <summary>x [B, T, C] to y [B, T, C].</summary>
    /// <param name="x">The sequences.</param>
    /// <param name="memory">[B, S, C], what an encoder made.</param>
    /// <param name="self">What each place may see of the sequence, such as a causal mask; dropout is the layer's own.</param>
    /// <param name="cross">What each place may see of the memory.</param>
    public TransformerDecoderLayerResult Forward(
        Tensor x, Tensor memory, AttentionOptions? self = null, AttentionOptions? cross = null)
    {
        var (kept, keptCross) = (new KeptWeights(), new KeptWeights());
        var stream = Forward(new ResidualStream(x), SelfAttention(self), Remember(memory), cross, kept, keptCross);
        return new(stream.Total(_config.Dropout), kept.SingleOrDefault(), keptCross.SingleOrDefault());
    }

    /// <summary>The keys and values of a memory [B, S, C], side by side: [B, S, 2 C].</summary>
    internal Tensor Remember(Tensor memory) => _crossAttention.KeysAndValues(memory);

    /// <summary>Self-attention over whole sequences.</summary>
    internal Func<Tensor, AttentionResult> SelfAttention(AttentionOptions? options) => x => _selfAttention.Forward(x, Own(options));

    /// <summary>Self-attention of places behind others that a cache holds.</summary>
    /// <param name="keep">Takes keys and values of the places, [B, T, 2 C], and gives those of all places so far.</param>
    /// <param name="options">What each place may see.</param>
    internal Func<Tensor, AttentionResult> SelfAttention(Func<Tensor, Tensor> keep, AttentionOptions options) =>
        x => _selfAttention.ForwardProjected(x, keep(_selfAttention.KeysAndValues(x)), Own(options));

    /// <summary>The layer as part of a decoder.</summary>
    /// <param name="stream">What flows.</param>
    /// <param name="self">Self-attention.</param>
    /// <param name="remembered">Of the memory.</param>
    /// <param name="cross">What each place may see of the memory.</param>
    /// <param name="kept">Takes weights of self-attention.</param>
    /// <param name="keptCross">Takes weights of attention to the memory.</param>
    internal ResidualStream Forward(
        ResidualStream stream, Func<Tensor, AttentionResult> self, Tensor remembered, AttentionOptions? cross, KeptWeights kept,
        KeptWeights keptCross)
    {
        stream = stream.Through(_config, _norm1, x => kept.OutputOf(self(x)));
        stream = stream.Through(_config, _norm2, x => keptCross.OutputOf(Cross(x, remembered, Own(cross))));
        return stream.Through(_config, _norm3, _feedForward.Forward);
    }

    // Several sequences may look at one memory, such as the beginnings that a search keeps: their places stand side by side.
    private AttentionResult Cross(Tensor x, Tensor remembered, AttentionOptions options)
    {
        var (batch, sequences, length) = (remembered.Shape[0], x.Shape[0], x.Shape[1]);
        if (sequences == batch)
            return _crossAttention.ForwardProjected(x, remembered, options);
        var result = _crossAttention.ForwardProjected(x.Reshape([batch, sequences / batch * length, x.Shape[2]]), remembered, options);
        return result with { Output = result.Output.Reshape(x.Shape) };
    }

    private AttentionOptions Own(AttentionOptions? options) =>
        (options ?? new()) with { Dropout = _config.AttentionDropout ?? _config.Dropout };
}
