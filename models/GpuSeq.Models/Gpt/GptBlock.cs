using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// One block of a GPT: causal self-attention and a feed-forward network, each with a residual connection around it, with the
/// Hub's parameter names.
/// </summary>
internal sealed class GptBlock
{
    private readonly GptConfig _config;
    private readonly TransformerLayerConfig _form;
    private readonly int _layer;
    private readonly LayerNorm _firstNorm; // ln_1
    private readonly Affine _projection; // attn.c_attn: queries, keys and values side by side
    private readonly Affine _attentionOutput; // attn.c_proj
    private readonly LayerNorm _secondNorm; // ln_2
    private readonly Affine _inner; // mlp.c_fc
    private readonly Affine _innerOutput; // mlp.c_proj

    public GptBlock(ParameterScope scope, GptConfig config, int layer)
    {
        (_config, _form, _layer) = (config, config.LayerForm, layer);
        var weights = Initializer.Normal(config.InitializerRange);
        // So that the sum of all residual layers does not grow with their number (Radford et al. 2019, section 2.3).
        var residual = config.IsPostNorm ? weights : Initializer.Normal(config.InitializerRange / MathF.Sqrt(2f * config.Layers));
        var (width, inner) = (config.Width, config.Inner);
        _firstNorm = new(scope["ln_1"], width, config.LayerNormEpsilon);
        _projection = new(scope["attn"]["c_attn"], width, 3 * width, weights);
        _attentionOutput = new(scope["attn"]["c_proj"], width, width, residual);
        _secondNorm = new(scope["ln_2"], width, config.LayerNormEpsilon);
        _inner = new(scope["mlp"]["c_fc"], width, inner, weights);
        _innerOutput = new(scope["mlp"]["c_proj"], inner, width, residual);
    }

    /// <summary>Computes the block.</summary>
    /// <param name="stream">[B, T, C].</param>
    /// <param name="pass">What queries may see.</param>
    /// <param name="weights">Gets attention's weights [B, H, T, S] where they are wanted.</param>
    public ResidualStream Forward(ResidualStream stream, GptPass pass, KeptWeights weights)
    {
        stream = stream.Through(
            _form, _firstNorm, x => _attentionOutput.Forward(weights.OutputOf(Attend(_projection.Forward(x), pass))));
        return stream.Through(_form, _secondNorm, x => _innerOutput.Forward(_inner.Forward(x, _form.Activation)));
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
