namespace GpuSeq.Models.Reporting;

/// <summary>The figures that a run comes down to.</summary>
/// <param name="Steps">Steps that were made.</param>
/// <param name="Epochs">Passes over the data, with a fraction; null where the log does not say.</param>
/// <param name="Best">The evaluation that was best by the goal of the training, whose model is kept; null where none was made.</param>
/// <param name="Last">The last evaluation; null where none was made.</param>
/// <param name="TrainLoss">The last loss in training; null where none was logged.</param>
/// <param name="TokensPerSecond">The median of what was learned from in a second; null where it was not logged.</param>
/// <param name="MemoryBytes">The most device memory in use; null where it was not logged.</param>
public sealed record RunSummary(
    int Steps, double? Epochs, LoggedLine? Best, LoggedLine? Last, double? TrainLoss, double? TokensPerSecond, double? MemoryBytes)
{
    private static readonly string[] NotMetrics = ["loss", "epoch", "lr", "grad_norm", "tokens_per_second", "memory_bytes"];

    /// <summary>Sums a run up.</summary>
    public static RunSummary Of(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var evaluations = run.Of(LoggedLine.Validation).ToArray();
        return new(
            run.Lines.Max(line => line.Step),
            run.Lines.Select(line => Value(line, "epoch")).Max(),
            BestOf(evaluations, run.Goal),
            evaluations.LastOrDefault(),
            Finite(run.Of(LoggedLine.Train), "loss").Select(value => (double?)value).LastOrDefault(),
            Median(Finite(run.Of(LoggedLine.Train), "tokens_per_second")),
            Finite(run.Lines, "memory_bytes").Select(value => (double?)value).Max());
    }

    /// <summary>The metrics of runs beside the loss: what a line has beyond what every line has.</summary>
    public static IReadOnlyList<string> MetricNames(IEnumerable<TrainingRun> runs) =>
        [.. runs.SelectMany(run => run.Lines).SelectMany(line => line.Values.Keys).Distinct().Except(NotMetrics)];

    /// <summary>A number of a line; null where it has none of that name, or there is no line.</summary>
    internal static double? Value(LoggedLine? line, string name) =>
        line is not null && line.Values.TryGetValue(name, out var value) ? value : null;

    // The first of those that are equally good, as the trainer keeps it.
    private static LoggedLine? BestOf(IEnumerable<LoggedLine> evaluations, TrainingGoal goal)
    {
        LoggedLine? best = null;
        foreach (var line in evaluations.Where(line => double.IsFinite(Value(line, goal.Measure) ?? double.NaN)))
            best = best is null || goal.IsBetter(line.Values[goal.Measure], best.Values[goal.Measure]) ? line : best;
        return best;
    }

    private static double[] Finite(IEnumerable<LoggedLine> lines, string name) =>
        [.. lines.Select(line => Value(line, name)).OfType<double>().Where(double.IsFinite)];

    private static double? Median(double[] values)
    {
        if (values.Length == 0)
            return null;
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
