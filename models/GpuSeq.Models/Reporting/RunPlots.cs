using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Reporting;

/// <summary>The plots of runs: each quantity of their logs over the steps, the runs in the same picture.</summary>
public static class RunPlots
{
    private const double LogarithmicRatio = 30;

    /// <summary>The plots for which the logs have at least one value.</summary>
    public static IReadOnlyList<Plot> Of(IReadOnlyList<TrainingRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var plots = new List<Plot?> { Plot(runs, "loss", "Loss", new Axis("loss"), marksLeast: true, mayBeLogarithmic: true) };
        foreach (var metric in RunSummary.MetricNames(runs))
        {
            var name = metric.Replace('_', ' ');
            plots.Add(Plot(runs, metric, char.ToUpperInvariant(name[0]) + name[1..], new Axis(name)));
        }
        plots.Add(Plot(runs, "lr", "Learning rate", new Axis("learning rate") { Includes = [0] }));
        plots.Add(Plot(runs, "grad_norm", "Gradient norm before clipping", new Axis("global norm"), mayBeLogarithmic: true));
        plots.Add(Plot(runs, "tokens_per_second", "Throughput", new Axis("throughput") { Unit = "tokens/s", Includes = [0] }));
        plots.Add(Plot(
            runs, "memory_bytes", "Device memory, the most so far",
            new Axis("memory") { Unit = "bytes", Includes = [0], Numbers = AxisNumbers.Bytes }));
        return [.. plots.OfType<Plot>()];
    }

    private static Plot? Plot(
        IReadOnlyList<TrainingRun> runs, string name, string title, Axis axis, bool marksLeast = false, bool mayBeLogarithmic = false)
    {
        var curves = runs.SelectMany((run, index) => Curves(run, index, name, isAlone: runs.Count == 1)).ToArray();
        if (curves.Length == 0)
            return null;
        axis = axis with { IsLogarithmic = mayBeLogarithmic && SpansDecades(curves) };
        var smoothed = curves.Where(curve => curve.IsNoisy).ToArray();
        var marks = new List<Mark>();
        marks.AddRange(smoothed.Select(curve => curve.Raw));
        marks.AddRange(curves.Select(curve => curve.Shown));
        if (marksLeast)
            marks.AddRange(curves.Where(curve => curve.Split == LoggedLine.Validation).Select(curve => curve.Least(showsLabel: runs.Count == 1)));
        var note = smoothed.Length == 0 ? null : $"Lines are means of {WindowText(smoothed)} values; the values themselves are pale.";
        return new(title, new Axis("step") { Includes = [0], Numbers = AxisNumbers.Whole }, axis, WithKeys(marks, runs, curves)) { Note = note };
    }

    private static IEnumerable<Curve> Curves(TrainingRun run, int index, string name, bool isAlone)
    {
        foreach (var split in run.Lines.Select(line => line.Split).Distinct())
        {
            var lines = run.Of(split).Where(line => line.Values.ContainsKey(name)).ToArray();
            if (lines.Length == 0)
                continue;
            yield return new(
                split, run.Name, [.. lines.Select(line => (double)line.Step)], [.. lines.Select(line => line.Values[name])],
                Color: isAlone && split != LoggedLine.Train ? 1 : index, IsNamedBySplit: isAlone);
        }
    }

    // With several runs a colour is a run, and what solid and dashed mean is said once.
    private static List<Mark> WithKeys(List<Mark> marks, IReadOnlyList<TrainingRun> runs, Curve[] curves)
    {
        var splits = curves.Select(curve => curve.Split).Distinct().ToArray();
        if (runs.Count > 1 && splits.Length > 1)
            marks.AddRange(splits.Select(split => Line.Key(split, isDashed: split != LoggedLine.Train)));
        return marks;
    }

    private static bool SpansDecades(Curve[] curves)
    {
        var values = curves.SelectMany(curve => curve.Y).Where(double.IsFinite).ToArray();
        return values.Length > 0 && values.Min() > 0 && values.Max() / values.Min() > LogarithmicRatio;
    }

    private static string WindowText(Curve[] curves)
    {
        var windows = curves.Select(curve => Smoothing.Window(curve.Y.Length)).Distinct().Order().ToArray();
        return windows.Length == 1 ? $"{windows[0]}" : $"{windows[0]} to {windows[^1]}";
    }

    private sealed record Curve(string Split, string Run, double[] X, double[] Y, int Color, bool IsNamedBySplit)
    {
        public bool IsNoisy { get; } = Smoothing.IsNoisy(Y);

        public Line Raw => new(X, Y) { Color = Color, IsFaint = true };

        public Line Shown => new(X, IsNoisy ? Smoothing.Smooth(Y) : Y)
        {
            Color = Color,
            IsDashed = Split != LoggedLine.Train,
            Name = IsNamedBySplit ? Split : Run,
        };

        public Points Least(bool showsLabel)
        {
            var least = Enumerable.Range(0, Y.Length).Where(i => double.IsFinite(Y[i])).DefaultIfEmpty(0).MinBy(i => Y[i]);
            var label = $"{Figures.Number(Y[least])} at step {X[least]}";
            return new([X[least]], [Y[least]]) { Color = Color, IsHollow = true, Radius = 4, Labels = [label], ShowsLabels = showsLabel };
        }
    }
}
