using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Self-attention and a feed-forward network, each with a residual connection and layer normalisation (Vaswani et al. 2017,
/// section 3.1), as <c>torch.nn.TransformerEncoderLayer</c> with <c>batch_first</c>.
/// </summary>
public sealed class TransformerEncoderLayer
{
    private readonly TransformerLayerConfig _config;
    private readonly MultiHeadAttention _selfAttention;
    private readonly FeedForward _feedForward;
    private readonly LayerNorm _norm1;
    private readonly LayerNorm _norm2;

    /// <summary>A layer with the parts <c>self_attn</c>, <c>linear1</c>, <c>linear2</c>, <c>norm1</c> and <c>norm2</c>.</summary>
    /// <exception cref="ArgumentException">The number of heads does not divide the width.</exception>
    public TransformerEncoderLayer(ParameterScope scope, TransformerLayerConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _selfAttention = new(scope["self_attn"], new() { Width = config.Width, Heads = config.Heads });
        _feedForward = new(scope, config);
        _norm1 = new(scope["norm1"], config.Width, config.LayerNormEps);
        _norm2 = new(scope["norm2"], config.Width, config.LayerNormEps);
    }

    /// <summary>x [B, T, C] to y [B, T, C].</summary>
    /// <param name="x">The sequences.</param>
    /// <param name="options">What each place may see; dropout is the layer's own.</param>
    /// <returns>y, and the weights [B, H, T, T] where the options ask for them.</returns>
    public AttentionResult Forward(Tensor x, AttentionOptions? options = null)
    {
        var weights = new KeptWeights();
        var stream = Forward(new ResidualStream(x), options, weights);
        return new(stream.Total(_config.Dropout), weights.SingleOrDefault());
    }

    internal ResidualStream Forward(ResidualStream stream, AttentionOptions? options, KeptWeights weights)
    {
        options = (options ?? new()) with { Dropout = _config.AttentionDropout ?? _config.Dropout };
        stream = stream.Through(_config, _norm1, x => weights.OutputOf(_selfAttention.Forward(x, options)));
        return stream.Through(_config, _norm2, _feedForward.Forward);
    }
}
