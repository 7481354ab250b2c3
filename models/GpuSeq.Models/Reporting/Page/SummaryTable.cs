namespace GpuSeq.Models.Reporting.Page;

/// <summary>The figures of runs: for one, a tile each and the evaluations side by side; for several, a row each.</summary>
internal static class SummaryTable
{
    public static Html Of(IReadOnlyList<TrainingRun> runs)
    {
        var metrics = RunSummary.MetricNames(runs);
        return runs.Count == 1 ? One(runs[0], metrics) : Several(runs, metrics);
    }

    private static Html One(TrainingRun run, IReadOnlyList<string> metrics)
    {
        var summary = RunSummary.Of(run);
        var goal = run.Goal.Measure;
        (string Name, double? Value, Func<double?, string> Text)[] tiles =
        [
            ($"best validation {goal.Replace('_', ' ')}", RunSummary.Value(summary.Best, goal), Figures.Number),
            ("last training loss", summary.TrainLoss, Figures.Number),
            ("steps", summary.Steps, Figures.Whole),
            ("epochs", summary.Epochs, Figures.Number),
            ($"{run.Items}/s, median", summary.TokensPerSecond, Figures.Whole),
            ("device memory", summary.MemoryBytes, Figures.Bytes),
        ];
        var shown = tiles.Where(tile => tile.Value is not null)
            .Select(tile => Html.Of($"<div><dd>{tile.Text(tile.Value)}</dd><dt>{tile.Name}</dt></div>\n"));
        return Html.Of($"<dl class=\"tiles\">\n{Html.Join(shown)}</dl>\n{Evaluations(summary, metrics)}");
    }

    private static Html Evaluations(RunSummary summary, IReadOnlyList<string> metrics)
    {
        if (summary.Last is null)
            return Html.Of($"<p>The run was not evaluated yet.</p>\n");
        var rows = metrics.Prepend("loss").Select(name =>
        {
            var best = Figures.Number(RunSummary.Value(summary.Best, name));
            var last = Figures.Number(RunSummary.Value(summary.Last, name));
            return Html.Of($"<tr><th>{name.Replace('_', ' ')}</th><td>{best}</td><td>{last}</td></tr>\n");
        });
        var bestStep = summary.Best is { } line ? $"best, step {Figures.Whole(line.Step)}" : "best";
        return Html.Of($"""
            <div class="scroll"><table class="figures">
            <thead><tr><th>validation</th><th>{bestStep}</th><th>last, step {Figures.Whole(summary.Last.Step)}</th></tr></thead>
            <tbody>
            {Html.Join(rows)}</tbody></table></div>

            """);
    }

    private static Html Several(IReadOnlyList<TrainingRun> runs, IReadOnlyList<string> metrics)
    {
        string[] names =
        [
            "steps", "epochs", "validation loss", "at step", .. metrics,
            "last validation loss", "last training loss", $"{RunPlots.ItemsOf(runs)}/s", "memory",
        ];
        var rows = runs.Select(run =>
        {
            var summary = RunSummary.Of(run);
            string[] cells =
            [
                Figures.Whole(summary.Steps), Figures.Number(summary.Epochs),
                Figures.Number(RunSummary.Value(summary.Best, "loss")), Figures.Whole(summary.Best?.Step),
                .. metrics.Select(name => Figures.Number(RunSummary.Value(summary.Best, name))),
                Figures.Number(RunSummary.Value(summary.Last, "loss")), Figures.Number(summary.TrainLoss),
                Figures.Whole(summary.TokensPerSecond), Figures.Bytes(summary.MemoryBytes),
            ];
            return Html.Of($"<tr><th>{run.Name}</th>{Html.Join(cells.Select(cell => Html.Of($"<td>{cell}</td>")))}</tr>\n");
        });
        return Html.Of($"""
            <div class="scroll"><table class="figures">
            <thead><tr><th>run</th>{Html.Join(names.Select(name => Html.Of($"<th>{name.Replace('_', ' ')}</th>")))}</tr></thead>
            <tbody>
            {Html.Join(rows)}</tbody></table></div>
            <p class="small">Metrics are those of the evaluation by which the model was chosen that is kept.</p>

            """);
    }
}
