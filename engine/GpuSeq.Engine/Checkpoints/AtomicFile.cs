using System.Text;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// Replaces a file as a whole: a reader, and whoever comes after a crash, sees the old content or the new, never a part.
/// </summary>
/// <remarks>
/// The content goes to <c>PATH.tmp</c> in the same folder, is flushed to the disk and renamed over the target; then the folder is
/// flushed, so that the new name outlasts a loss of power. A process that is killed half-way leaves that one file behind, and the
/// next write takes its place.
/// </remarks>
public static class AtomicFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Writes what <paramref name="write"/> puts into the stream; where it throws, the old file stays as it was.</summary>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var temporary = path + ".tmp";
        var ours = false;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
            {
                ours = true;
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            ours = false;
            FolderFlush.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, $"cannot be written: {e.Message}", e);
        }
        finally
        {
            // A temporary file that somebody else holds open is not ours to delete.
            if (ours)
            {
                TryDelete(temporary);
            }
        }
    }

    /// <summary>Writes a text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write's own error is the one to report.
        }
    }
}
