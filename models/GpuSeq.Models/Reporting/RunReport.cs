using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting.Page;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Reporting;

/// <summary>The report of one run, or of several side by side: a page that needs no other file and no network.</summary>
public static class RunReport
{
    /// <summary>Writes the report of a run into its folder.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="DataException">The folder is not that of a run, or one of its files is broken.</exception>
    /// <exception cref="CheckpointException">The report cannot be written.</exception>
    public static string Write(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Write([TrainingRun.Load(folder)], folder.Report);
        return folder.Report;
    }

    /// <summary>Writes the report of runs into a file.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="path">The file.</param>
    /// <param name="comparison">Pictures of all runs together, shown before everything else; null for none.</param>
    /// <exception cref="CheckpointException">The report cannot be written.</exception>
    public static void Write(IReadOnlyList<TrainingRun> runs, string path, IReadOnlyList<Plot>? comparison = null) =>
        AtomicFile.WriteText(path, Html(runs, comparison));

    /// <summary>The report of runs.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="comparison">Pictures of all runs together, shown before everything else; null for none.</param>
    public static string Html(IReadOnlyList<TrainingRun> runs, IReadOnlyList<Plot>? comparison = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count, nameof(runs));
        return ReportPage.Of(runs, comparison ?? []).ToString();
    }
}
