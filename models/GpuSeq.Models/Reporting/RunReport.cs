using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting.Page;

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
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public static void Write(IReadOnlyList<TrainingRun> runs, string path) => AtomicFile.WriteText(path, Html(runs));

    /// <summary>The report of runs.</summary>
    public static string Html(IReadOnlyList<TrainingRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count, nameof(runs));
        return ReportPage.Of(runs).ToString();
    }
}
