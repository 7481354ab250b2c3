using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>y = x W^T + b, as <c>torch.nn.Linear</c>.</summary>
public sealed class Linear
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    /// <summary>A layer with PyTorch's initialisation.</summary>
    /// <param name="scope">Where the parameters <c>weight</c> and <c>bias</c> are added.</param>
    /// <param name="inputs">The last size of x.</param>
    /// <param name="outputs">The last size of y.</param>
    /// <param name="bias">Whether there is a b.</param>
    /// <param name="biasInitializer">How b begins; null as PyTorch has it.</param>
    /// <param name="initializer">How W begins; null as PyTorch has it.</param>
    public Linear(
        ParameterScope scope, int inputs, int outputs, bool bias = true, Initializer? biasInitializer = null,
        Initializer? initializer = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _weight = scope.Add("weight", [outputs, inputs], initializer ?? Initializer.FanIn(inputs));
        _bias = bias ? scope.Add("bias", [outputs], biasInitializer ?? Initializer.FanIn(inputs)) : null;
    }

    /// <summary>A layer whose weight is another's too, such as an embedding's (Press and Wolf 2017); its bias begins at 0.</summary>
    /// <param name="scope">Where the parameter <c>bias</c> is added.</param>
    /// <param name="weight">[outputs, inputs].</param>
    public Linear(ParameterScope scope, Parameter weight)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(weight);
        _weight = weight;
        _bias = scope.Add("bias", [weight.Shape[0]], Initializer.Zeros);
    }

    /// <summary>x [.., inputs] to y [.., outputs].</summary>
    /// <param name="x">Any number of rows.</param>
    /// <param name="activation">Applied in the same kernel.</param>
    public Tensor Forward(Tensor x, Activation activation = Activation.None) => x.Linear(_weight, _bias, activation);
}
