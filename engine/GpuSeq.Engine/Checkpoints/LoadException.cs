namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// A checkpoint that does not fit the model. The message is a line that counts the differences, and a table of them below it.
/// </summary>
public sealed class LoadException : CheckpointException
{
    internal LoadException(LoadReport report)
        : base(report.Path, $"does not fit the model: {report.Summary}") => Report = report;

    /// <summary>What fits and what does not. Nothing was loaded.</summary>
    public LoadReport Report { get; }

    /// <inheritdoc/>
    public override string Message => $"{base.Message}\n{Report}";
}
