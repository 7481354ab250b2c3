namespace GpuSeq.Engine;

/// <summary>
/// share = (1 + cos(pi t / T)) / 2 after a warm-up, at step t of a cycle of T (Loshchilov and Hutter 2017, equation 5). Every cycle
/// begins at the base rate again; by default there is one.
/// </summary>
public sealed record CosineSchedule : DecaySchedule
{
    internal const string Name = "cosine";

    /// <summary>The number of cycles.</summary>
    public int Cycles { get; init; } = 1;

    /// <summary>How many times as long as the one before a cycle is.</summary>
    public double CycleFactor { get; init; } = 1;

    private protected override double LeftAt(int step, int steps)
    {
        var cycle = 1;
        while (cycle < Cycles && step >= End(cycle, steps))
            cycle++;
        var begin = End(cycle - 1, steps);
        return (1 + Math.Cos(Math.PI * (step - begin) / (End(cycle, steps) - begin))) / 2;
    }

    // Where a number of cycles end, in whole steps, so that restarts are exact.
    private double End(int cycles, int steps) => Math.Round(
        CycleFactor == 1 ? (double)steps * cycles / Cycles : steps * (Math.Pow(CycleFactor, cycles) - 1) / (Math.Pow(CycleFactor, Cycles) - 1));
}
