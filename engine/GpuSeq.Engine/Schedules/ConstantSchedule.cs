namespace GpuSeq.Engine;

/// <summary>The base rate at every step after the warm-up.</summary>
public sealed record ConstantSchedule : Schedule
{
    internal const string Name = "constant";

    private protected override double ShareAfterWarmup(int step) => 1;
}
