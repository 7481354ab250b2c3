using System.Security.Cryptography;
using System.Text;

namespace ILGPU.Runtime.Devices;

/// <summary>
/// Compiled kernels on disk, under the folder that the environment variable GPUSEQ_CACHE names, or else in the user's folder for
/// caches. It makes nothing fail: what cannot be read is compiled anew, what cannot be written is left out.
/// </summary>
public static class BinaryCache
{
    private const long MaxBytes = 512L << 20;
    private const string Extension = ".bin";

    /// <summary>Whether it is used.</summary>
    public static bool IsEnabled { get; set; } = true;

    /// <summary>Where it is, or null where the user has no such folder.</summary>
    public static string? Folder
    {
        get
        {
            var root = Environment.GetEnvironmentVariable("GPUSEQ_CACHE");
            if (!string.IsNullOrEmpty(root))
                return Path.Combine(root, "kernels");
            root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(root))
                root = OperatingSystem.IsWindows() ? FolderOf(Environment.SpecialFolder.LocalApplicationData) : HomeCache();
            return string.IsNullOrEmpty(root) ? null : Path.Combine(root, "gpuseq", "kernels");
        }
    }

    /// <summary>The name of what was compiled: a hash of all that it depends on.</summary>
    /// <param name="parts">The source, the options, the device, its driver's version.</param>
    internal static string Key(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length)); // parts cannot run into each other
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What was stored under a key, or null.</summary>
    internal static byte[]? Read(string key)
    {
        if (!IsEnabled || Folder is not { } folder)
            return null;
        try
        {
            var path = Path.Combine(folder, key + Extension);
            if (!File.Exists(path))
                return null;
            var bytes = File.ReadAllBytes(path).AsSpan();
            if (bytes.Length <= SHA256.HashSizeInBytes)
                return null;
            var binary = bytes[SHA256.HashSizeInBytes..];
            if (!bytes[..SHA256.HashSizeInBytes].SequenceEqual(SHA256.HashData(binary)))
                return null; // damaged; it will be written again
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow); // the oldest in use goes last
            return binary.ToArray();
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            return null;
        }
    }

    /// <summary>Stores something under a key.</summary>
    internal static void Write(string key, ReadOnlySpan<byte> binary)
    {
        if (!IsEnabled || binary.IsEmpty || Folder is not { } folder)
            return;
        var temporary = Path.Combine(folder, $"{key}.{Guid.NewGuid():n}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            using (var file = File.Create(temporary))
            {
                file.Write(SHA256.HashData(binary));
                file.Write(binary);
            }
            File.Move(temporary, Path.Combine(folder, key + Extension), overwrite: true);
            Trim(folder, MaxBytes);
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            Delete(temporary);
        }
    }

    /// <summary>Deletes the files that were not used for the longest time, until the rest has at most a number of bytes.</summary>
    internal static void Trim(string folder, long maxBytes)
    {
        var bytes = 0L;
        foreach (var file in new DirectoryInfo(folder).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc))
        {
            bytes += file.Length;
            if (bytes > maxBytes)
                Delete(file.FullName);
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            // another program has it, or the disk is read-only
        }
    }

    private static bool IsOfDisk(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private static string HomeCache()
    {
        var home = FolderOf(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? Path.Combine(home, ".cache") : "";
    }

    private static string FolderOf(Environment.SpecialFolder folder) => Environment.GetFolderPath(folder);
}
