using ILGPU;

namespace GpuSeq.Engine;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1; AMSGrad: Reddi et al. 2018), and with <see cref="IsDecoupled"/> AdamW (Loshchilov and
/// Hutter 2019, algorithm 2). Numbers and defaults are PyTorch's.
/// </summary>
public sealed class Adam : Optimizer
{
    private readonly ArrayView<float> _mean;
    private readonly ArrayView<float> _square;
    private readonly ArrayView<float> _largest;
    private readonly bool _isAmsgrad;

    /// <summary>An optimizer at its first step.</summary>
    /// <param name="parameters">What it changes.</param>
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="amsgrad">Whether the largest second moment so far takes the place of the last.</param>
    public Adam(ParameterSet parameters, float learningRate = 1e-3f, bool amsgrad = false)
        : base(parameters, learningRate)
    {
        _mean = AddState("exp_avg");
        _square = AddState("exp_avg_sq");
        _isAmsgrad = amsgrad;
        _largest = amsgrad ? AddState("max_exp_avg_sq") : default;
    }

    /// <summary>How slowly the mean of the gradients changes.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>How slowly the mean of the squared gradients changes.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Keeps the divisor away from zero.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Whether the decay works on the parameters themselves, as in AdamW, rather than through the gradient.</summary>
    public bool IsDecoupled { get; init; }

    private protected override void Update(in OptimizerUpdate update) =>
        Kernels.Optimizers.Adam(
            new()
            {
                LearningRate = update.LearningRate,
                Beta1 = Beta1,
                Beta2 = Beta2,
                Epsilon = Epsilon,
                WeightDecay = update.WeightDecay,
                Decoupled = IsDecoupled,
                Amsgrad = _isAmsgrad,
            },
            Steps, update.Values, update.Gradients, _mean, _square, _largest, update.Control);
}
