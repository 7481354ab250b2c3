using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Reporting;

/// <summary>The plots of runs: each quantity of their logs over the steps, the runs in the same picture.</summary>
public static class RunPlots
{
    private const double LogarithmicRatio = 20;
    private const double EarlyShare = 0.2;
    private const double LateRange = 0.4;
    private const int LeastLateValues = 20;
    private const int MostDots = 15;

    private static readonly Axis StepAxis = new("step") { Numbers = AxisNumbers.Whole };

    /// <summary>The plots for which the logs have at least one value.</summary>
    public static IReadOnlyList<Plot> Of(IReadOnlyList<TrainingRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var loss = Curves(runs, "loss").ToArray();
        var plots = new List<Plot?> { Draw("Loss", new Axis("loss"), loss, marksLeast: true), LateLoss(loss) };
        foreach (var metric in RunSummary.MetricNames(runs))
        {
            var name = metric.Replace('_', ' ');
            plots.Add(Draw(char.ToUpperInvariant(name[0]) + name[1..], new Axis(name), Curves(runs, metric)));
        }
        plots.Add(Draw("Learning rate", new Axis("learning rate") { Includes = [0] }, Curves(runs, "lr")));
        plots.Add(Draw("Gradient norm before clipping", new Axis("global norm"), Curves(runs, "grad_norm")));
        var throughput = new Axis("throughput") { Unit = $"{ItemsOf(runs)}/s", Includes = [0] };
        plots.Add(Draw("Throughput", throughput, Curves(runs, "tokens_per_second")));
        var memory = new Axis("memory") { Includes = [0], Numbers = AxisNumbers.Bytes };
        plots.Add(Draw("Device memory, the most so far", memory, Curves(runs, "memory_bytes")));
        return [.. plots.OfType<Plot>()];
    }

    /// <summary>What runs count in what they learn from; a general word where they differ.</summary>
    internal static string ItemsOf(IReadOnlyList<TrainingRun> runs) =>
        runs.Select(run => run.Items).Distinct().Take(2).ToArray() is [var items] ? items : "items";

    // What a curve does late is hard to see below its first fall: it has a picture of its own.
    private static Plot? LateLoss(Curve[] curves)
    {
        if (curves.Length == 0)
            return null;
        var begin = Math.Ceiling(curves.Max(curve => curve.X[^1]) * EarlyShare);
        var late = curves.Select(curve => curve.From(begin)).Where(curve => curve.X.Length > 0).ToArray();
        return late.Sum(curve => curve.X.Length) >= LeastLateValues && Range(late) < LateRange * Range(curves)
            ? Draw($"Loss from step {begin:0} on", new Axis("loss"), late, marksLeast: true, fromZero: false)
            : null;
    }

    private static Plot? Draw(string title, Axis axis, IEnumerable<Curve> drawn, bool marksLeast = false, bool fromZero = true)
    {
        var curves = drawn.ToArray();
        if (curves.Length == 0)
            return null;
        axis = axis with { IsLogarithmic = axis.Includes.Count == 0 && SpansDecades(curves) };
        var smoothed = curves.Where(curve => curve.IsNoisy).ToArray();
        List<Mark> marks = [.. smoothed.Select(curve => curve.Raw), .. curves.Select(curve => curve.Line(axis.IsLogarithmic))];
        var evaluations = curves.Where(curve => curve.Split == LoggedLine.Validation).ToArray();
        marks.AddRange(evaluations.Where(curve => curve.X.Length <= MostDots).Select(curve => curve.Dots));
        if (marksLeast)
            marks.AddRange(evaluations.Select(curve => curve.Least()).OfType<Mark>());
        marks.AddRange(Keys(curves));
        var note = smoothed.Length == 0 ? null : $"Lines are means of {WindowText(smoothed)} values; the values themselves are pale.";
        return new(title, fromZero ? StepAxis with { Includes = [0] } : StepAxis, axis, marks) { Note = note };
    }

    private static IEnumerable<Curve> Curves(IReadOnlyList<TrainingRun> runs, string name)
    {
        foreach (var (index, run) in runs.Index())
        {
            foreach (var split in run.Lines.Select(line => line.Split).Distinct())
            {
                var lines = run.Of(split).Where(line => line.Values.ContainsKey(name)).ToArray();
                if (lines.Length == 0)
                    continue;
                var (steps, values) = (lines.Select(line => (double)line.Step), lines.Select(line => line.Values[name]));
                yield return new(split, run.Name, index, IsAlone: runs.Count == 1, [.. steps], [.. values]);
            }
        }
    }

    // Of one run each curve is named by its split. Of several a colour is a run, and what solid and dashed mean is said once.
    private static IEnumerable<Mark> Keys(Curve[] curves)
    {
        if (curves[0].IsAlone)
        {
            return curves is [{ Split: LoggedLine.Train }]
                ? []
                : curves.Select(curve => Plots.Line.Key(curve.Split, curve.IsDashed, curve.Color));
        }
        var splits = curves.Select(curve => (curve.Split, curve.IsDashed)).Distinct().ToArray();
        var colors = curves.Select(curve => (curve.Run, curve.Color)).Distinct()
            .Select(run => Plots.Line.Key(run.Run, isDashed: false, run.Color));
        return splits is [(LoggedLine.Train, _)]
            ? colors
            : colors.Concat(splits.Select(split => Plots.Line.Key(split.Split, split.IsDashed, Mark.Neutral)));
    }

    private static bool SpansDecades(Curve[] curves)
    {
        var values = curves.SelectMany(curve => curve.Y).Where(double.IsFinite).ToArray();
        return values.Length > 0 && values.Min() > 0 && values.Max() / values.Min() > LogarithmicRatio;
    }

    private static double Range(Curve[] curves)
    {
        var values = curves.SelectMany(curve => curve.Y).Where(double.IsFinite).DefaultIfEmpty().ToArray();
        return values.Max() - values.Min();
    }

    private static string WindowText(Curve[] curves)
    {
        var windows = curves.Select(curve => Smoothing.Window(curve.Y.Length)).Distinct().Order().ToArray();
        return windows.Length == 1 ? $"{windows[0]}" : $"{windows[0]} to {windows[^1]}";
    }

    private sealed record Curve(string Split, string Run, int Index, bool IsAlone, double[] X, double[] Y)
    {
        public int Color => IsAlone && Split != LoggedLine.Train ? 1 : Index;

        public bool IsDashed => Split != LoggedLine.Train;

        public bool IsNoisy => Smoothing.IsNoisy(Y);

        public Line Raw => new(X, Y) { Color = Color, IsFaint = true };

        public Points Dots => new(X, Y) { Color = Color, Radius = 2, Labels = [.. Enumerable.Range(0, X.Length).Select(Label)] };

        public Curve From(double step)
        {
            var first = Array.FindIndex(X, x => x >= step) is var index and >= 0 ? index : X.Length;
            return this with { X = X[first..], Y = Y[first..] };
        }

        public Line Line(bool isLogarithmic) => new(X, IsNoisy ? Smoothing.Smooth(Y, isLogarithmic) : Y)
        {
            Color = Color,
            IsDashed = IsDashed,
        };

        public Points? Least()
        {
            var finite = Enumerable.Range(0, Y.Length).Where(i => double.IsFinite(Y[i])).ToArray();
            if (finite.Length == 0)
                return null;
            var least = finite.MinBy(i => Y[i]);
            return new([X[least]], [Y[least]])
            {
                Color = Color,
                IsHollow = true,
                Radius = 4,
                Labels = [Label(least)],
                ShowsLabels = IsAlone,
            };
        }

        private string Label(int i) => $"{Figures.Number(Y[i])} at step {Figures.Whole(X[i])}";
    }
}
