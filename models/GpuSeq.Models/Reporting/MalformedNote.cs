namespace GpuSeq.Models.Reporting;

/// <summary>Says which lines of a log were left out.</summary>
public static class MalformedNote
{
    private const int MostNumbers = 5;

    /// <summary>One sentence; empty where the log is whole.</summary>
    public static string Of(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var lines = run.MalformedLines;
        if (lines.Count == 0)
            return "";
        var numbers = string.Join(", ", lines.Take(MostNumbers)) + (lines.Count > MostNumbers ? " ..." : "");
        return lines.Count == 1
            ? $"{run.Folder.Metrics}: line {numbers} does not tell of a step and was skipped."
            : $"{run.Folder.Metrics}: {lines.Count} lines do not tell of a step and were skipped: {numbers}.";
    }
}
