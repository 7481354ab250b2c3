using ILGPU;

namespace GpuSeq.Engine;

/// <summary>Stochastic gradient descent with momentum (Sutskever et al. 2013), with PyTorch's form and defaults.</summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly ArrayView<float> _direction;

    /// <summary>An optimizer at its first step.</summary>
    /// <param name="parameters">What it changes.</param>
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="momentum">The share of the last direction that the next one keeps.</param>
    public Sgd(ParameterSet parameters, float learningRate, double momentum = 0)
        : base(parameters, learningRate)
    {
        _momentum = momentum;
        _direction = momentum != 0 ? AddState("momentum_buffer") : default;
    }

    /// <summary>The share of the gradient that momentum leaves out.</summary>
    public double Dampening { get; init; }

    /// <summary>Whether the step looks ahead along the direction.</summary>
    public bool Nesterov { get; init; }

    private protected override void Update(in OptimizerUpdate update) =>
        Kernels.Optimizers.Sgd(
            new()
            {
                LearningRate = update.LearningRate,
                Momentum = _momentum,
                Dampening = Dampening,
                WeightDecay = update.WeightDecay,
                Nesterov = Nesterov,
            },
            Steps, update.Values, update.Gradients, _direction, update.Control);
}
