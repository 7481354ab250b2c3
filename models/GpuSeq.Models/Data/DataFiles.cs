using System.IO.Compression;

namespace GpuSeq.Models;

/// <summary>A file below a folder or in an archive.</summary>
/// <param name="Name">Its name below the root, with slashes.</param>
/// <param name="Source">Where it lies, for messages.</param>
/// <param name="Read">Reads it as UTF-8 text.</param>
public sealed record DataFile(string Name, string Source, Func<string> Read)
{
    /// <summary>The folders that it lies in, and last its own name.</summary>
    public string[] Parts => Name.Split('/');

    /// <summary>Its name without folders.</summary>
    public string FileName => Parts[^1];
}

/// <summary>The files of a folder or of a zip archive, whichever holds a data set.</summary>
public static class DataFiles
{
    private static readonly string[] Papers = ["readme", "license", "licence", "copying"];

    /// <summary>
    /// Finds the files that hold data, in the order of their names; hidden ones, readmes and licences do not. A folder that holds
    /// one archive stands for it, and folders around all files are left out of the names.
    /// </summary>
    /// <param name="path">The folder or archive.</param>
    /// <param name="isLenient">Whether bytes that are not UTF-8 are read as U+FFFD, instead of an error.</param>
    /// <exception cref="DataException">There is no such folder or archive, or it cannot be read.</exception>
    public static IReadOnlyList<DataFile> Open(string path, bool isLenient = false)
    {
        try
        {
            var files = Directory.Exists(path) ? OfFolder(path, isLenient) : OfArchive(path, isLenient);
            DataFile[] found = [.. files.Where(HoldsData).OrderBy(file => file.Name, StringComparer.Ordinal)];
            if (found.Length == 0)
                throw new DataException(path, "it holds no files of data");
            return found is [{ } only] && IsArchive(only.Source) && Directory.Exists(path)
                ? Open(only.Source, isLenient)
                : WithoutRoot(found);
        }
        catch (InvalidDataException)
        {
            throw new DataException(path, "it is not a zip archive");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException(path, File.Exists(path) || Directory.Exists(path)
                ? exception.Message.TrimEnd('.')
                : "there is no such file or folder");
        }
    }

    /// <summary>Whether a file is a zip archive, by its ending.</summary>
    public static bool IsArchive(string path) => Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<DataFile> OfFolder(string path, bool isLenient) =>
        Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(file => new DataFile(Path.GetRelativePath(path, file).Replace('\\', '/'), file, () => TextFile.Read(file, isLenient)));

    private static List<DataFile> OfArchive(string path, bool isLenient)
    {
        using var archive = ZipFile.OpenRead(path);
        var files = new List<DataFile>();
        foreach (var entry in archive.Entries.Where(entry => entry.Name.Length > 0))
        {
            using var stream = entry.Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            var (bytes, source) = (memory.ToArray(), $"{path}, {entry.FullName}");
            files.Add(new(entry.FullName, source, () => TextFile.Decode(bytes, source, isLenient)));
        }
        return files;
    }

    private static bool HoldsData(DataFile file) => !file.Parts.Any(part => part[0] is '.' or '_')
        && !Papers.Any(paper => file.FileName.StartsWith(paper, StringComparison.OrdinalIgnoreCase));

    private static DataFile[] WithoutRoot(DataFile[] files)
    {
        while (files.All(file => file.Parts.Length > 2 && file.Parts[0] == files[0].Parts[0]))
            files = [.. files.Select(file => file with { Name = string.Join('/', file.Parts[1..]) })];
        return files;
    }
}
