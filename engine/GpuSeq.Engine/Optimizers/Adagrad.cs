using ILGPU;

namespace GpuSeq.Engine;

/// <summary>Adagrad (Duchi, Hazan and Singer 2011), with PyTorch's form and defaults.</summary>
public sealed class Adagrad : Optimizer
{
    private readonly Func<ArrayView<float>> _sum;

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

    /// <summary>How strongly parameters are drawn to zero.</summary>
    public double WeightDecay { get; init; }

    /// <inheritdoc/>
    protected override void Update(ArrayView<float> values, ArrayView<float> gradients, ArrayView<float> gradientScale) =>
        Kernels.Optimizers.Adagrad(
            new() { LearningRate = LearningRate, LearningRateDecay = LearningRateDecay, Epsilon = Epsilon, WeightDecay = WeightDecay },
            Steps, values, gradients, _sum(), gradientScale);
}
