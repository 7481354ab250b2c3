using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A highway layer (Srivastava, Greff and Schmidhuber 2015, equation 3): y = g relu(W x + b) + (1 - g) x with a gate g =
/// sigmoid(V x + c). The gate begins almost closed, so that a new layer hands its input on.
/// </summary>
public sealed class Highway
{
    private const float FirstGateBias = -2f; // section 2.2

    private readonly Linear _transform;
    private readonly Linear _gate;

    /// <summary>A layer whose parts are <c>transform</c> and <c>gate</c>.</summary>
    /// <param name="scope">Where the parameters are added.</param>
    /// <param name="width">The last size of x and y.</param>
    public Highway(ParameterScope scope, int width)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _transform = new Linear(scope["transform"], width, width);
        _gate = new Linear(scope["gate"], width, width, biasInitializer: Initializer.Constant(FirstGateBias));
    }

    /// <summary>x [.., width] to y [.., width].</summary>
    public Tensor Forward(Tensor x)
    {
        var gate = _gate.Forward(x).Sigmoid();
        return x + gate * (_transform.Forward(x).Relu() - x);
    }
}
