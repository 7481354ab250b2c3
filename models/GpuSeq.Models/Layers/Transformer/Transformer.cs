using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Encoder and decoder with a final normalisation each, as <c>torch.nn.Transformer</c> with <c>batch_first</c>: its parameter
/// names, layouts and initialisation, by Glorot and Bengio for all matrices.
/// </summary>
public sealed class Transformer
{
    /// <summary>A transformer with the parts <c>encoder</c> and <c>decoder</c>.</summary>
    /// <param name="scope">Where the parameters are added.</param>
    /// <param name="encoderLayers">Layers of the encoder.</param>
    /// <param name="decoderLayers">Layers of the decoder.</param>
    /// <param name="config">The form of each.</param>
    /// <exception cref="ArgumentException">The number of heads does not divide the width.</exception>
    public Transformer(ParameterScope scope, int encoderLayers, int decoderLayers, TransformerLayerConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        scope = scope with { DrawsMatricesByGlorot = true };
        Encoder = new(scope["encoder"], encoderLayers, config);
        Decoder = new(scope["decoder"], decoderLayers, config);
    }

    /// <summary>Reads the source.</summary>
    public TransformerEncoder Encoder { get; }

    /// <summary>Writes the target.</summary>
    public TransformerDecoder Decoder { get; }

    /// <summary>source [B, S, C] and target [B, T, C] to y [B, T, C].</summary>
    /// <param name="source">What the encoder reads.</param>
    /// <param name="target">What the decoder reads.</param>
    /// <param name="sourceOptions">What each place of the source may see of it.</param>
    /// <param name="targetOptions">What each place of the target may see of it, such as a causal mask.</param>
    /// <param name="memoryOptions">What each place of the target may see of the source.</param>
    public Tensor Forward(
        Tensor source, Tensor target, AttentionOptions? sourceOptions = null, AttentionOptions? targetOptions = null,
        AttentionOptions? memoryOptions = null) =>
        Decoder.Forward(target, Encoder.Forward(source, sourceOptions).Output, targetOptions, memoryOptions).Output;
}
