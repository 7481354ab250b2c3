using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// y = activation(x W + b) with a weight [inputs, outputs], a row for each input: GPT-2's <c>Conv1D</c>, with its parameter names.
/// </summary>
public sealed class Affine
{
    private readonly Parameter _weight;
    private readonly Parameter _bias;

    /// <summary>A layer whose bias begins at 0.</summary>
    /// <param name="scope">Where the parameters <c>weight</c> and <c>bias</c> are added.</param>
    /// <param name="inputs">The last size of x.</param>
    /// <param name="outputs">The last size of y.</param>
    /// <param name="initializer">How the weight begins.</param>
    public Affine(ParameterScope scope, int inputs, int outputs, Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _weight = scope.Add("weight", [inputs, outputs], initializer);
        _bias = scope.Add("bias", [outputs], Initializer.Zeros);
    }

    /// <summary>x [.., inputs] to y [.., outputs].</summary>
    public Tensor Forward(Tensor x, Activation activation = Activation.None) => x.Affine(_weight, _bias, activation);
}
