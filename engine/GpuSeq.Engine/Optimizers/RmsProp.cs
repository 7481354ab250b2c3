using ILGPU;

namespace GpuSeq.Engine;

/// <summary>RMSprop (Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012), with PyTorch's form and defaults.</summary>
public sealed class RmsProp : Optimizer
{
    private readonly double _momentum;
    private readonly Func<ArrayView<float>> _square;
    private readonly Func<ArrayView<float>>? _mean;
    private readonly Func<ArrayView<float>>? _direction;

    /// <summary>An optimizer at its first step.</summary>
    /// <param name="parameters">What it changes.</param>
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="momentum">The share of the last direction that the next one keeps.</param>
    /// <param name="centered">Whether the gradient's variance takes the place of its mean square.</param>
    public RmsProp(ParameterSet parameters, float learningRate = 1e-2f, double momentum = 0, bool centered = false)
        : base(parameters, learningRate)
    {
        _momentum = momentum;
        _square = AddState("square_avg");
        _mean = centered ? AddState("grad_avg") : null;
        _direction = momentum != 0 ? AddState("momentum_buffer") : null;
    }

    /// <summary>How slowly the mean square changes.</summary>
    public double Alpha { get; init; } = 0.99;

    /// <summary>Keeps the divisor away from zero.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>How strongly parameters are drawn to zero.</summary>
    public double WeightDecay { get; init; }

    /// <inheritdoc/>
    protected override void Update(ArrayView<float> values, ArrayView<float> gradients, ArrayView<float> gradientScale) =>
        Kernels.Optimizers.RmsProp(
            new()
            {
                LearningRate = LearningRate,
                Alpha = Alpha,
                Epsilon = Epsilon,
                WeightDecay = WeightDecay,
                Momentum = _momentum,
                Centered = _mean is not null,
            },
            values, gradients, _square(), _mean?.Invoke() ?? default, _direction?.Invoke() ?? default, gradientScale);
}
