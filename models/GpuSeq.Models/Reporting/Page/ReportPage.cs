using System.Globalization;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Reporting.Page;

/// <summary>The page of a report, from the head down.</summary>
internal static class ReportPage
{
    public static Html Of(IReadOnlyList<TrainingRun> runs, IReadOnlyList<Plot> comparison)
    {
        var title = runs.Count == 1 ? $"{runs[0].Recipe ?? "Training"}: {runs[0].Name}" : $"{runs.Count} runs";
        return PageFrame.Of(title, Origin(runs), Html.Of($"""
            {Notes(runs)}
            {Comparison(comparison)}
            {PageFrame.Section("Figures", SummaryTable.Of(runs))}
            {Curves(runs)}
            {PictureSection.Of(runs)}
            {PageFrame.Section("Configuration", Configuration(runs))}
            {PageFrame.Section("Environment", EnvironmentTable(runs))}
            {SampleSection.Of(runs)}
            """));
    }

    private static Html Comparison(IReadOnlyList<Plot> plots) =>
        plots.Count == 0 ? Html.Empty : PageFrame.Section("Comparison", PictureSection.Figures(plots.Select(plot => plot.ToPageElement())));

    private static Html Origin(IReadOnlyList<TrainingRun> runs)
    {
        if (runs.Count > 1)
        {
            var recipes = runs.Select(run => run.Recipe).OfType<string>().Distinct().ToArray();
            return recipes.Length == 0 ? Html.Empty : Html.Of($"<p>{string.Join(", ", recipes)}</p>");
        }
        var environment = runs[0].Environment;
        string?[] facts =
        [
            environment?.Started?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
            environment?.DeviceName,
            environment?.GpuseqVersion is { } version ? $"GpuSeq {Version(version)}" : null,
        ];
        var text = string.Join(" \u00b7 ", facts.OfType<string>());
        return text.Length == 0 ? Html.Empty : Html.Of($"<p>{text}</p>");
    }

    private static Html Notes(IReadOnlyList<TrainingRun> runs) => Html.Join(
        runs.Where(run => run.MalformedLines.Count > 0).Select(run => Html.Of($"<p class=\"note\">{MalformedNote.Of(run)}</p>\n")));

    // A run that only measures, such as a comparison, has none.
    private static Html Curves(IReadOnlyList<TrainingRun> runs) => runs.All(run => run.Lines.All(line => line.Step == 0))
        ? Html.Empty
        : PageFrame.Section("Curves", PictureSection.Figures(RunPlots.Of(runs).Select(plot => plot.ToPageElement())));

    private static Html Configuration(IReadOnlyList<TrainingRun> runs) => runs.All(run => run.Configuration.Count == 0)
        ? Html.Of($"<p>The folder holds no configuration.</p>\n")
        : ComparisonTable.Of("setting", runs, run => run.Configuration);

    private static Html EnvironmentTable(IReadOnlyList<TrainingRun> runs) => runs.All(run => run.Environment is null)
        ? Html.Of($"<p>The folder does not say what the run was made on.</p>\n")
        : ComparisonTable.Of("", runs, Facts);

    private static Dictionary<string, string> Facts(TrainingRun run)
    {
        var environment = run.Environment;
        (string Name, string? Value)[] facts =
        [
            ("command", environment?.CommandLine),
            ("started", environment?.Started?.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)),
            ("device", environment?.Device is { } id ? $"{id}: {environment.DeviceName}" : null),
            ("processor", environment?.Processor),
            ("cores", environment?.Cores?.ToString(CultureInfo.InvariantCulture)),
            ("memory", environment?.MemoryBytes is { } bytes ? Figures.Bytes(bytes) : null),
            ("operating system", environment?.OperatingSystem),
            (".NET", environment?.DotnetVersion),
            ("GpuSeq", environment?.GpuseqVersion),
        ];
        return facts.Where(fact => fact.Value is not null).ToDictionary(fact => fact.Name, fact => fact.Value!);
    }

    // Without the commit behind the plus sign.
    private static string Version(string version) => version.Split('+')[0];
}
