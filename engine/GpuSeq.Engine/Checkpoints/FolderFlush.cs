using System.Runtime.InteropServices;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// Puts the names of a folder on the disk. On Unix a file that was renamed is sure to keep its new name through a loss of power
/// only when its folder was flushed after it; on Windows there is nothing of the kind to call.
/// Source: POSIX.1-2017, open and fsync; the Linux manual, fsync(2), section DESCRIPTION.
/// </summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0; // O_RDONLY, on Linux, macOS and the BSDs

    // EACCES, a folder that may be written but not read, and EINVAL, a file system that does not flush folders.
    private const int AccessDenied = 13;
    private const int NotSupported = 22;

    /// <summary>Flushes a folder, where the system and its file system can.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    internal static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            ThrowUnlessUnable(folder);
            return;
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                ThrowUnlessUnable(folder);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static void ThrowUnlessUnable(string folder)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error is not (AccessDenied or NotSupported))
        {
            throw new IOException($"the folder {folder} cannot be flushed: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
