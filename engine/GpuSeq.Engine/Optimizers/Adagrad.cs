using ILGPU;

namespace GpuSeq.Engine;

/// <summary>Adagrad (Duchi, Hazan and Singer 2011), with PyTorch's form and defaults.</summary>
public sealed class Adagrad : Optimizer
{
    private readonly ArrayView<float> _sum;

    /// <summary>An optimizer at its first step.</summary>
    /// <param name="parameters">What it changes.</param>
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="initialAccumulator">What the sums of squares begin with.</param>
    public Adagrad(ParameterSet parameters, float learningRate = 1e-2f, float initialAccumulator = 0f)
        : base(parameters, learningRate) => _sum = AddState("sum", initialAccumulator);

    /// <summary>How fast the learning rate falls with the steps.</summary>
    public double LearningRateDecay { get; init; }

    /// <summary>Keeps the divisor away from zero.</summary>
    public double Epsilon { get; init; } = 1e-10;

    private protected override void Update(in OptimizerUpdate update) =>
        Kernels.Optimizers.Adagrad(
            new()
            {
                LearningRate = update.LearningRate,
                LearningRateDecay = LearningRateDecay,
                Epsilon = Epsilon,
                WeightDecay = update.WeightDecay,
            },
            Steps, update.Values, update.Gradients, _sum, update.Control);
}
