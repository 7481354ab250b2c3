using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a decoder made of sequences.</summary>
/// <param name="Output">[B, T, C].</param>
/// <param name="SelfWeights">Of each layer, [B, H, T, T]; empty unless the options for the sequence itself asked for them.</param>
/// <param name="CrossWeights">Of each layer, [B, H, T, S]; empty unless the options for the memory asked for them.</param>
public sealed record TransformerDecoderResult(Tensor Output, IReadOnlyList<Tensor> SelfWeights, IReadOnlyList<Tensor> CrossWeights);

/// <summary>Layers on each other and, where wanted, a normalisation of the last, as <c>torch.nn.TransformerDecoder</c>.</summary>
public sealed class TransformerDecoder
{
    private readonly TransformerLayerConfig _config;
    private readonly TransformerDecoderLayer[] _layers;
    private readonly LayerNorm? _norm;

    /// <summary>A decoder with the parts <c>layers.0</c> and so on, and <c>norm</c>.</summary>
    /// <param name="scope">Where the parameters are added.</param>
    /// <param name="layers">L.</param>
    /// <param name="config">The form of each.</param>
    /// <param name="hasNorm">Whether what the last layer makes is normalised.</param>
    /// <exception cref="ArgumentException">The number of heads does not divide the width.</exception>
    public TransformerDecoder(ParameterScope scope, int layers, TransformerLayerConfig config, bool hasNorm = true)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _layers = [.. Enumerable.Range(0, layers).Select(i => new TransformerDecoderLayer(scope[$"layers.{i}"], config))];
        _norm = hasNorm ? new(scope["norm"], config.Width, config.LayerNormEps) : null;
    }

    /// <summary>x [B, T, C] to y [B, T, C].</summary>
    /// <param name="x">The sequences.</param>
    /// <param name="memory">[B, S, C], what an encoder made.</param>
    /// <param name="self">What each place may see of the sequence, such as a causal mask; dropout is the layers' own.</param>
    /// <param name="cross">What each place may see of the memory.</param>
    public TransformerDecoderResult Forward(Tensor x, Tensor memory, AttentionOptions? self = null, AttentionOptions? cross = null) =>
        Forward(x, layer => _layers[layer].Remember(memory), layer => _layers[layer].SelfAttention(self), cross);

    /// <summary>The keys and values of a memory [B, S, C] for each layer, computed once for all places: [B, S, 2 C] each.</summary>
    internal Tensor[] Remember(Tensor memory) => Array.ConvertAll(_layers, layer => layer.Remember(memory));

    /// <summary>Goes on behind places whose keys and values a cache holds.</summary>
    /// <param name="x">[B, T, C], the places that follow.</param>
    /// <param name="remembered">Of <see cref="Remember"/>. Where it has fewer rows, so many sequences after each other share one.</param>
    /// <param name="cache">Takes keys and values of the places.</param>
    /// <param name="first">[B] integers, how many places went before.</param>
    /// <param name="self">What each place may see of the sequence; its lengths are those with the places.</param>
    /// <param name="cross">What each place may see of the memory.</param>
    internal Tensor Continue(
        Tensor x, IReadOnlyList<Tensor> remembered, KeyValueCache cache, Tensor first, AttentionOptions self, AttentionOptions cross) =>
        Forward(
            x, layer => remembered[layer], layer => _layers[layer].SelfAttention(kv => cache.Write(layer, kv, first), self), cross).Output;

    private TransformerDecoderResult Forward(
        Tensor x, Func<int, Tensor> remembered, Func<int, Func<Tensor, AttentionResult>> self, AttentionOptions? cross)
    {
        var (stream, kept, keptCross) = (new ResidualStream(x), new KeptWeights(), new KeptWeights());
        foreach (var (index, layer) in _layers.Index())
            stream = layer.Forward(stream, self(index), remembered(index), cross, kept, keptCross);
        return new(stream.End(_norm, _config.Dropout), kept, keptCross);
    }
}
