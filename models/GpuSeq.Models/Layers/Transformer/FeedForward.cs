using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>linear2(activation(linear1(x))), the same at each place (Vaswani et al. 2017, section 3.3).</summary>
public sealed class FeedForward
{
    private readonly Linear _first;
    private readonly Linear _second;
    private readonly Activation _activation;
    private readonly float _dropout;

    /// <summary>A network whose parts <c>linear1</c> and <c>linear2</c> stand beside those of the layer it belongs to.</summary>
    public FeedForward(ParameterScope scope, TransformerLayerConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        _first = new(scope["linear1"], config.Width, config.Inner);
        _second = new(scope["linear2"], config.Inner, config.Width);
        (_activation, _dropout) = (config.Activation, config.InnerDropout ?? config.Dropout);
    }

    /// <summary>x [.., C] to y [.., C].</summary>
    public Tensor Forward(Tensor x) => _second.Forward(_first.Forward(x, _activation).Dropout(_dropout));
}
