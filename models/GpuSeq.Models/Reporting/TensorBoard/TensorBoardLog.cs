using System.Globalization;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models.Reporting.TensorBoard;

/// <summary>Writes what a run logs into a file of events that TensorBoard reads.</summary>
public sealed class TensorBoardLog : IDisposable
{
    private readonly FileStream _stream;

    /// <summary>Begins a file in a folder, which is made where it is missing.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public TensorBoardLog(string folder)
    {
        var now = DateTimeOffset.UtcNow;
        var milliseconds = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        Path = System.IO.Path.Combine(folder, $"events.out.tfevents.{milliseconds}.{Environment.MachineName}");
        try
        {
            Directory.CreateDirectory(folder);
            _stream = new FileStream(Path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(exception);
        }
        Write(EventMessage.Version(Seconds(now)));
        Flush();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Writes every number of a line, under names such as <c>train/loss</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="time">When it was logged; now where it is left out.</param>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void Add(LoggedLine line, DateTimeOffset? time = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        var seconds = Seconds(time ?? DateTimeOffset.UtcNow);
        foreach (var (name, value) in line.Values)
            Write(EventMessage.Scalar(seconds, line.Step, $"{line.Split}/{name}", (float)value));
        Flush();
    }

    /// <summary>Writes a sample as a text.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="number">Its place among the samples of its step, from 0: part of the name it is shown under.</param>
    /// <param name="time">When it was made; now where it is left out.</param>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void Add(Sample sample, int number, DateTimeOffset? time = null)
    {
        ArgumentNullException.ThrowIfNull(sample);
        (string Name, string? Text)[] parts = [("input", sample.Input), ("output", sample.Output), ("expected", sample.Expected)];
        var shown = parts.Where(part => !string.IsNullOrEmpty(part.Text)).Select(part => $"{part.Name}\n\n{Indented(part.Text!)}\n\n");
        Write(EventMessage.Text(Seconds(time ?? DateTimeOffset.UtcNow), sample.Step, $"sample/{number}", string.Concat(shown)));
        Flush();
    }

    /// <summary>Writes a whole run.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void Add(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        foreach (var line in run.Lines)
            Add(line);
        foreach (var step in run.Samples.GroupBy(sample => sample.Step))
        {
            foreach (var (number, sample) in step.Index())
                Add(sample, number);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    // TensorBoard shows Markdown: an indented text is shown as it is.
    private static string Indented(string text) => "    " + text.Replace("\n", "\n    ", StringComparison.Ordinal);

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private void Write(byte[] message) => Guarded(() => _stream.Write(TfRecord.Frame(message)));

    // A reader sees each line as soon as it was logged.
    private void Flush() => Guarded(_stream.Flush);

    private void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (IOException exception)
        {
            throw Unwritable(exception);
        }
    }

    private CheckpointException Unwritable(Exception exception) => new(Path, $"events cannot be written: {exception.Message}", exception);
}
