namespace GpuSeq.Engine;

/// <summary>
/// share = factor^floor((k - W) / every) at step k after a warm-up of W steps: the rate falls at once and then stays for a while
/// (He et al. 2016, section 3.4).
/// </summary>
public sealed record StepSchedule : Schedule
{
    internal const string Name = "step";

    /// <summary>The steps from one fall to the next.</summary>
    public required int Every { get; init; }

    /// <summary>What is left of the rate after a fall.</summary>
    public double Factor { get; init; } = 0.1;

    private protected override double ShareAfterWarmup(int step) => Math.Pow(Factor, (step - WarmupSteps) / Every);
}
