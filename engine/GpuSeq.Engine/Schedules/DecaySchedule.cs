namespace GpuSeq.Engine;

/// <summary>A rate that falls from the base rate after the warm-up to a share of it at the last step, and stays there.</summary>
public abstract record DecaySchedule : Schedule
{
    /// <summary>The steps of the training, those of the warm-up included.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>The share of the base rate from step <see cref="TotalSteps"/> on.</summary>
    public double FinalShare { get; init; }

    /// <summary>The share of the fall that is left: 1 after the warm-up, 0 at the end.</summary>
    /// <param name="step">Steps after the warm-up, fewer than the steps that there are.</param>
    /// <param name="steps">The steps after the warm-up.</param>
    private protected abstract double LeftAt(int step, int steps);

    private protected sealed override double ShareAfterWarmup(int step)
    {
        var left = step >= TotalSteps ? 0 : LeftAt(step - WarmupSteps, TotalSteps - WarmupSteps);
        return FinalShare + (1 - FinalShare) * left;
    }
}

/// <summary>share = 1 - k / K after a warm-up, at step k of K: the schedule of BERT (Devlin et al. 2019, appendix A.2).</summary>
public sealed record LinearSchedule : DecaySchedule
{
    internal const string Name = "linear";

    private protected override double LeftAt(int step, int steps) => 1 - (double)step / steps;
}

/// <summary>share = (1 - k / K)^power after a warm-up, at step k of K.</summary>
public sealed record PolynomialSchedule : DecaySchedule
{
    internal const string Name = "polynomial";

    /// <summary>The exponent; 1 is a line.</summary>
    public double Power { get; init; } = 1;

    private protected override double LeftAt(int step, int steps) => Math.Pow(1 - (double)step / steps, Power);
}
