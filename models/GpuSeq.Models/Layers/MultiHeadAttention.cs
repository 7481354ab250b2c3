using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>The form of multi-head attention, with PyTorch's options.</summary>
public sealed record MultiHeadAttentionConfig
{
    /// <summary>C, the width of the queries and of the result.</summary>
    public required int Width { get; init; }

    /// <summary>H, which divides C.</summary>
    public required int Heads { get; init; }

    /// <summary>The width of what keys are projected from; null for C.</summary>
    public int? KeyWidth { get; init; }

    /// <summary>The width of what values are projected from; null for C.</summary>
    public int? ValueWidth { get; init; }

    /// <summary>Whether projections have biases.</summary>
    public bool Bias { get; init; } = true;

    internal bool IsStacked => (KeyWidth ?? Width) == Width && (ValueWidth ?? Width) == Width;
}

/// <summary>
/// Multi-head attention (Vaswani et al. 2017, section 3.2.2) as <c>torch.nn.MultiheadAttention</c> with <c>batch_first</c>, with
/// its parameter names: <c>in_proj_weight</c> stacks the projections of queries, keys and values.
/// </summary>
public sealed class MultiHeadAttention
{
    private readonly MultiHeadAttentionConfig _config;
    private readonly Parameter[] _weights; // one that stacks three, or one for each
    private readonly Parameter? _bias; // [3 C]
    private readonly Linear _output;

    /// <summary>A layer with PyTorch's initialisation: projections by Glorot and Bengio, biases 0.</summary>
    /// <exception cref="ArgumentException">The number of heads does not divide the width.</exception>
    public MultiHeadAttention(ParameterScope scope, MultiHeadAttentionConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        if (config.Heads < 1 || config.Width % config.Heads != 0)
        {
            throw new ArgumentException(
                $"Multi-head attention: {config.Heads} heads do not divide a width of {config.Width}.", nameof(config));
        }
        _config = config;
        var width = config.Width;
        _weights = config.IsStacked
            ? [Add("in_proj_weight", 3 * width, width)]
            :
            [
                Add("q_proj_weight", width, width), Add("k_proj_weight", width, config.KeyWidth ?? width),
                Add("v_proj_weight", width, config.ValueWidth ?? width),
            ];
        _bias = config.Bias ? scope.Add("in_proj_bias", [3 * width], Initializer.Zeros) : null;
        _output = new Linear(scope["out_proj"], width, width, config.Bias, Initializer.Zeros);

        Parameter Add(string name, int outputs, int inputs) => scope.Add(name, [outputs, inputs], Initializer.Glorot(inputs, outputs));
    }

    /// <summary>A sequence attends to itself: x [B, T, C].</summary>
    /// <returns>[B, T, C], and the weights [B, H, T, T] where the options ask for them.</returns>
    public AttentionResult Forward(Tensor x, AttentionOptions? options = null)
    {
        if (!_config.IsStacked)
            return Forward(x, x, x, options);
        return Project(x.Linear(_weights[0], _bias).SelfAttention(_config.Heads, options));
    }

    /// <summary>Queries attend to a memory: x [B, T, C], memory [B, S, C].</summary>
    /// <returns>[B, T, C], and the weights [B, H, T, S] where the options ask for them.</returns>
    public AttentionResult Forward(Tensor x, Tensor memory, AttentionOptions? options = null)
    {
        if (!_config.IsStacked)
            return Forward(x, memory, memory, options);
        return ForwardProjected(x, KeysAndValues(memory), options);
    }

    /// <summary>The keys and values of a memory [B, S, C], side by side, for queries that come later: [B, S, 2 C].</summary>
    /// <exception cref="InvalidOperationException">Keys and values have projections of their own.</exception>
    public Tensor KeysAndValues(Tensor memory) => memory.Linear(Stacked(), _bias, _config.Width..);

    /// <summary>Queries attend to a memory that is projected already: x [B, T, C], keysAndValues [B, S, 2 C].</summary>
    /// <returns>[B, T, C], and the weights [B, H, T, S] where the options ask for them.</returns>
    /// <exception cref="InvalidOperationException">Keys and values have projections of their own.</exception>
    public AttentionResult ForwardProjected(Tensor x, Tensor keysAndValues, AttentionOptions? options = null) =>
        Project(x.Linear(Stacked(), _bias, .._config.Width).CrossAttention(keysAndValues, _config.Heads, options));

    /// <summary>Queries attend to keys and values of different origin: [B, T, C], [B, S, key width], [B, S, value width].</summary>
    /// <returns>[B, T, C], and the weights [B, H, T, S] where the options ask for them.</returns>
    public AttentionResult Forward(Tensor queries, Tensor keys, Tensor values, AttentionOptions? options = null)
    {
        var (q, k, v) = (Part(queries, 0), Part(keys, 1), Part(values, 2));
        return Project(q.Attention(k, v, _config.Heads, options));
    }

    private Parameter Stacked() => _config.IsStacked
        ? _weights[0]
        : throw new InvalidOperationException("Multi-head attention: keys and values of other widths have projections of their own.");

    private Tensor Part(Tensor x, int part)
    {
        var outputs = (part * _config.Width)..((part + 1) * _config.Width);
        return _config.IsStacked ? x.Linear(_weights[0], _bias, outputs) : x.Linear(_weights[part], _bias, .., outputs);
    }

    private AttentionResult Project(AttentionResult attended) => attended with { Output = _output.Forward(attended.Output) };
}
