using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What an encoder made of sequences.</summary>
/// <param name="Output">[B, T, C].</param>
/// <param name="Weights">Of each layer, [B, H, T, T]; empty unless the options asked for them.</param>
public sealed record TransformerEncoderResult(Tensor Output, IReadOnlyList<Tensor> Weights);

/// <summary>Layers on each other and, where wanted, a normalisation of the last, as <c>torch.nn.TransformerEncoder</c>.</summary>
public sealed class TransformerEncoder
{
    private readonly TransformerLayerConfig _config;
    private readonly TransformerEncoderLayer[] _layers;
    private readonly LayerNorm? _norm;

    /// <summary>An encoder with the parts <c>layers.0</c> and so on, and <c>norm</c>.</summary>
    /// <param name="scope">Where the parameters are added.</param>
    /// <param name="layers">L.</param>
    /// <param name="config">The form of each.</param>
    /// <param name="hasNorm">Whether what the last layer makes is normalised.</param>
    /// <exception cref="ArgumentException">The number of heads does not divide the width.</exception>
    public TransformerEncoder(ParameterScope scope, int layers, TransformerLayerConfig config, bool hasNorm = true)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _layers = [.. Enumerable.Range(0, layers).Select(i => new TransformerEncoderLayer(scope[$"layers.{i}"], config))];
        _norm = hasNorm ? new(scope["norm"], config.Width, config.LayerNormEps) : null;
    }

    /// <summary>x [B, T, C] to y [B, T, C].</summary>
    /// <param name="x">The sequences.</param>
    /// <param name="options">What each place may see; dropout is the layers' own.</param>
    public TransformerEncoderResult Forward(Tensor x, AttentionOptions? options = null)
    {
        var (stream, weights) = (new ResidualStream(x), new KeptWeights());
        foreach (var layer in _layers)
            stream = layer.Forward(stream, options, weights);
        return new(stream.End(_norm, _config.Dropout), weights);
    }
}
