using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// One block of a GPT: causal self-attention and a feed-forward network, each with a residual connection around it, with the
/// Hub's parameter names.
/// </summary>
internal sealed class GptBlock
{
    private readonly GptConfig _config;
    private readonly int _layer;
    private readonly LayerNorm _secondNorm;
    private readonly Affine _queriesKeysValues; // attn.c_attn
    private readonly Affine _attentionOutput; // attn.c_proj
    private readonly Affine _inner; // mlp.c_fc
    private readonly Affine _innerOutput; // mlp.c_proj

    public GptBlock(ParameterScope scope, GptConfig config, int layer)
    {
        (_config, _layer) = (config, layer);
        var weights = Initializer.Normal(config.InitializerRange);
        // So that the sum of all residual layers does not grow with their number (Radford et al. 2019, section 2.3).
        var residual = config.IsPostNorm ? weights : Initializer.Normal(config.InitializerRange / MathF.Sqrt(2f * config.Layers));
        var (width, inner) = (config.Width, config.Inner);
        FirstNorm = new(scope["ln_1"], width, config.LayerNormEpsilon);
        _queriesKeysValues = new(scope["attn"]["c_attn"], width, 3 * width, weights);
        _attentionOutput = new(scope["attn"]["c_proj"], width, width, residual);
        _secondNorm = new(scope["ln_2"], width, config.LayerNormEpsilon);
        _inner = new(scope["mlp"]["c_fc"], width, inner, weights);
        _innerOutput = new(scope["mlp"]["c_proj"], inner, width, residual);
    }

    /// <summary>The first layer norm; pre-norm, it is computed where the block before ends.</summary>
    public LayerNorm FirstNorm { get; }

    /// <summary>Computes the block.</summary>
    /// <param name="state">
    /// [B, T, C]. Pre-norm: the sum so far and what <see cref="FirstNorm"/> makes of it. Post-norm: both are what goes in.
    /// </param>
    /// <param name="next">Pre-norm: the layer norm that comes after the block.</param>
    /// <param name="pass">What queries may see.</param>
    /// <returns>The same for the next block, and the attention weights [B, H, T, S] where they are wanted.</returns>
    public (ResidualNormResult State, Tensor? Weights) Forward(ResidualNormResult state, LayerNorm? next, GptPass pass)
    {
        var (attended, weights) = Attend(_queriesKeysValues.Forward(state.Normalized), pass);
        attended = _attentionOutput.Forward(attended);
        var dropout = _config.ResidualDropout;
        state = _config.IsPostNorm
            ? FirstNorm.Forward(attended, state.Normalized, dropout)
            : _secondNorm.Forward(attended, state.Sum, dropout);
        var fed = _innerOutput.Forward(_inner.Forward(state.Normalized, _config.Activation!.Value));
        state = _config.IsPostNorm
            ? _secondNorm.Forward(fed, state.Normalized, dropout)
            : next!.Forward(fed, state.Sum, dropout);
        return (state, weights);
    }

    private AttentionResult Attend(Tensor projected, GptPass pass)
    {
        var options = new AttentionOptions
        {
            IsCausal = true,
            Band = _config.BandOf(_layer),
            Scale = _config.ScaleOf(_layer),
            Keep = pass.Keep,
            Dropout = _config.AttentionDropout,
            ReturnsWeights = pass.ReturnsWeights,
        };
        if (pass.Past is not { } past)
            return projected.SelfAttention(_config.Heads, options);
        var keysAndValues = past.Cache.Write(_layer, projected.Slice(-1, _config.Width..), past.First);
        if (past.Count == 0)
            return projected.SelfAttention(_config.Heads, options);
        // One token at a place of its own sees all that are there, so that their number is the only limit.
        options = past.Count is { } count
            ? options with { Offset = count }
            : options with { IsCausal = false, Lengths = past.Lengths, Band = null, Keep = options.Band is null ? pass.Keep : past.Near };
        return projected.Slice(-1, .._config.Width).CrossAttention(keysAndValues, _config.Heads, options);
    }
}
