namespace GpuSeq.Models;

/// <summary>Data that cannot be used.</summary>
/// <param name="source">The file, or what else the data is.</param>
/// <param name="reason">What is wrong with it.</param>
public sealed class DataException(string source, string reason) : Exception($"{source}: {reason}.")
{
    /// <summary>The file, or what else the data is.</summary>
    public string File { get; } = source;

    /// <summary>A file that cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exception">What came of the attempt.</param>
    internal static DataException Unreadable(string path, Exception exception) =>
        new(path, exception is FileNotFoundException or DirectoryNotFoundException
            ? "there is no such file"
            : exception.Message.TrimEnd('.'));
}
