namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// A file of a checkpoint that cannot be read or written. The message is one line for people; only <see cref="LoadException"/> adds a
/// table.
/// </summary>
public class CheckpointException : Exception
{
    private const int LongestName = 200;

    /// <summary>Says what is wrong with a file: <c>FILE: REASON</c>.</summary>
    public CheckpointException(string file, string reason, Exception? inner = null)
        : this(file, null, reason, inner)
    {
    }

    /// <summary>Says what is wrong with a tensor of a file: <c>FILE: tensor 'NAME': REASON</c>.</summary>
    public CheckpointException(string file, string? tensor, string reason, Exception? inner = null)
        : base(tensor is null ? $"{file}: {OneLine(reason)}" : $"{file}: tensor '{OneLine(tensor)}': {OneLine(reason)}", inner)
    {
        File = file;
        Tensor = tensor;
    }

    /// <summary>The file's path as the caller gave it.</summary>
    public string File { get; }

    /// <summary>The tensor's name, or null where the fault is not one tensor's.</summary>
    public string? Tensor { get; }

    /// <summary>What reading a file ended in, as one line.</summary>
    internal static CheckpointException Unreadable(string file, Exception inner) => new(
        file,
        inner is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : $"cannot be read: {inner.Message}",
        inner);

    // Names come from files that may be hostile: a message stays one readable line whatever they hold.
    internal static string OneLine(string text)
    {
        var shown = text.Length <= LongestName ? text : text[..LongestName] + "...";
        return string.Create(shown.Length, shown, static (line, source) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(source[i]) ? '?' : source[i];
            }
        });
    }
}
