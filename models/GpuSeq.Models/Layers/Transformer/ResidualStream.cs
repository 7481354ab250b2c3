using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// What flows past the sublayers of a transformer, each of which adds to it. With <see cref="TransformerLayerConfig.NormFirst"/>
/// what the last one computed is not added before the next one normalises the sum: one kernel does both.
/// </summary>
/// <param name="Sum">[B, T, C], of all sublayers but the last.</param>
/// <param name="Last">[B, T, C], what the last sublayer computed; null where it is in the sum.</param>
internal readonly record struct ResidualStream(Tensor Sum, Tensor? Last = null)
{
    /// <summary>Runs a sublayer.</summary>
    /// <param name="config">Whether the sublayer normalises what goes in or what comes out, and dropout.</param>
    /// <param name="norm">The sublayer's.</param>
    /// <param name="sublayer">[B, T, C] to [B, T, C].</param>
    public ResidualStream Through(TransformerLayerConfig config, LayerNorm norm, Func<Tensor, Tensor> sublayer)
    {
        if (!config.NormFirst)
            return new(norm.Forward(sublayer(Sum), Sum, config.Dropout).Normalized);
        var (sum, normalized) = Normalize(norm, config.Dropout);
        return new(sum, sublayer(normalized));
    }

    /// <summary>Everything that flowed, normalised where there is a norm.</summary>
    public Tensor End(LayerNorm? norm, float dropout) => norm is null ? Total(dropout) : Normalize(norm, dropout).Normalized;

    /// <summary>Everything that flowed.</summary>
    public Tensor Total(float dropout) => Last is null ? Sum : Sum + Last.Dropout(dropout);

    private ResidualNormResult Normalize(LayerNorm norm, float dropout) =>
        Last is null ? new(Sum, norm.Forward(Sum)) : norm.Forward(Last, Sum, dropout);
}
