using ILGPU;

namespace GpuSeq.Engine;

/// <summary>RMSprop (Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012), with PyTorch's form and defaults.</summary>
public sealed class RmsProp : Optimizer
{
    private readonly double _momentum;
    private readonly bool _isCentered;
    private readonly ArrayView<float> _square;
    private readonly ArrayView<float> _mean;
    private readonly ArrayView<float> _direction;

    /// <summary>An optimizer at its first step.</summary>
    /// <param name="parameters">What it changes.</param>
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="momentum">The share of the last direction that the next one keeps.</param>
    /// <param name="centered">Whether the gradient's variance takes the place of its mean square.</param>
    public RmsProp(ParameterSet parameters, float learningRate = 1e-2f, double momentum = 0, bool centered = false)
        : base(parameters, learningRate)
    {
        (_momentum, _isCentered) = (momentum, centered);
        _square = AddState("square_avg");
        _mean = centered ? AddState("grad_avg") : default;
        _direction = momentum != 0 ? AddState("momentum_buffer") : default;
    }

    /// <summary>How slowly the mean square changes.</summary>
    public double Alpha { get; init; } = 0.99;

    /// <summary>Keeps the divisor away from zero.</summary>
    public double Epsilon { get; init; } = 1e-8;

    private protected override void Update(in OptimizerUpdate update) =>
        Kernels.Optimizers.RmsProp(
            new()
            {
                LearningRate = update.LearningRate,
                Alpha = Alpha,
                Epsilon = Epsilon,
                WeightDecay = update.WeightDecay,
                Momentum = _momentum,
                Centered = _isCentered,
            },
            update.Values, update.Gradients, _square, _mean, _direction, update.Control);
}
