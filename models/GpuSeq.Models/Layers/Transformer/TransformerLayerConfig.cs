using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>The form of a transformer's layer, with PyTorch's options.</summary>
public sealed record TransformerLayerConfig
{
    /// <summary>C, the width of what flows through. PyTorch's d_model.</summary>
    public required int Width { get; init; }

    /// <summary>H, which divides C. PyTorch's nhead.</summary>
    public required int Heads { get; init; }

    /// <summary>F, the width inside of the feed-forward network. PyTorch's dim_feedforward.</summary>
    public int Inner { get; init; } = 2048;

    /// <summary>The share of what each sublayer computes that is dropped in training.</summary>
    public float Dropout { get; init; } = 0.1f;

    /// <summary>The share of attention's weights that is dropped in training; null for <see cref="Dropout"/>, as PyTorch has it.</summary>
    public float? AttentionDropout { get; init; }

    /// <summary>The share inside of the feed-forward network that is dropped in training; null for <see cref="Dropout"/>.</summary>
    public float? InnerDropout { get; init; }

    /// <summary>Relu or Gelu.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>
    /// Whether sublayers normalise what goes in (Xiong et al. 2020), rather than the sum that comes out (Vaswani et al. 2017).
    /// </summary>
    public bool NormFirst { get; init; }

    /// <summary>What layer normalisation adds to the variance.</summary>
    public float LayerNormEps { get; init; } = 1e-5f;
}
