namespace GpuSeq.Engine;

/// <summary>
/// share = sqrt(T / (k + T - W)) at step k after a warm-up of W steps, with T = W by default: the schedule of the Transformer
/// (Vaswani et al. 2017, equation 3), whose base rate is <see cref="BaseRate"/>.
/// </summary>
public sealed record InverseSquareRootSchedule : Schedule
{
    internal const string Name = "inverse-sqrt";

    private const int TimescaleWithoutWarmup = 10_000;

    /// <summary>The steps after which the rate falls notably; null for those of the warm-up, or 10,000 without one.</summary>
    public int? Timescale { get; init; }

    /// <summary>The largest rate of equation 3: modelSize^-0.5 warmupSteps^-0.5.</summary>
    /// <param name="modelSize">The width of the model.</param>
    /// <param name="warmupSteps">The steps of the warm-up.</param>
    public static double BaseRate(int modelSize, int warmupSteps) => 1 / Math.Sqrt((double)modelSize * warmupSteps);

    private protected override double ShareAfterWarmup(int step)
    {
        var timescale = Timescale ?? (WarmupSteps > 0 ? WarmupSteps : TimescaleWithoutWarmup);
        return Math.Sqrt(timescale / ((double)step - WarmupSteps + timescale));
    }
}
