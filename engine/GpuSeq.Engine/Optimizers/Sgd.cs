using ILGPU;

namespace GpuSeq.Engine;

/// <summary>Stochastic gradient descent with momentum (Sutskever et al. 2013), with PyTorch's form and defaults.</summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly Func<ArrayView<float>>? _direction;

    /// <summary>An optimizer at its first step.</summary>
    /// <param name="parameters">What it changes.</param>
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="momentum">The share of the last direction that the next one keeps.</param>
    public Sgd(ParameterSet parameters, float learningRate, double momentum = 0)
        : base(parameters, learningRate)
    {
        _momentum = momentum;
        _direction = momentum != 0 ? AddState("momentum_buffer") : null;
    }

    /// <summary>The share of the gradient that momentum leaves out.</summary>
    public double Dampening { get; init; }

    /// <summary>How strongly parameters are drawn to zero.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether the step looks ahead along the direction.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    protected override void Update(ArrayView<float> values, ArrayView<float> gradients, ArrayView<float> gradientScale) =>
        Kernels.Optimizers.Sgd(
            new()
            {
                LearningRate = LearningRate,
                Momentum = _momentum,
                Dampening = Dampening,
                WeightDecay = WeightDecay,
                Nesterov = Nesterov,
            },
            Steps, values, gradients, _direction?.Invoke() ?? default, gradientScale);
}
