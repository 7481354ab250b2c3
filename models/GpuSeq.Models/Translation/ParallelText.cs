namespace GpuSeq.Models;

/// <summary>A sentence and its translation.</summary>
/// <param name="Source">What is read.</param>
/// <param name="Target">What is written.</param>
public sealed record SentencePair(string Source, string Target);

/// <summary>Reads texts with their translations or summaries: lines <c>source TAB target</c>, further columns are left out.</summary>
public static class ParallelText
{
    /// <summary>Reads what is learned from: a file, or the only <c>*.train.txt</c> of a folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="reverse">Whether the second column is the source.</param>
    /// <exception cref="DataException">It cannot be read; names file and line.</exception>
    public static IReadOnlyList<SentencePair> Read(string path, bool reverse) => ReadFile(InFolder(path, "train") ?? path, reverse);

    /// <summary>Reads what is measured on: a file, or the only <c>*.dev.txt</c> of a folder.</summary>
    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<SentencePair> ReadHeld(string path, bool reverse) => ReadFile(InFolder(path, "dev") ?? path, reverse);

    /// <summary>Whether a path is a folder with a part to measure on.</summary>
    public static bool HasHeld(string path) => Directory.Exists(path) && Parts(path, "dev").Length > 0;

    private static string? InFolder(string path, string part)
    {
        if (!Directory.Exists(path))
            return null;
        var files = Parts(path, part);
        return files.Length == 1 ? files[0] : throw new DataException(path, files.Length == 0
            ? $"the folder has no file *.{part}.txt"
            : $"the folder has several files *.{part}.txt; name one of them");
    }

    private static string[] Parts(string folder, string part) => Directory.GetFiles(folder, $"*.{part}.txt");

    private static List<SentencePair> ReadFile(string path, bool reverse)
    {
        var pairs = new List<SentencePair>();
        foreach (var (index, line) in TextFile.Read(path).Split('\n').Index())
        {
            if (line.Trim().Length == 0)
                continue;
            var columns = line.Split('\t');
            if (columns.Length < 2)
                throw new DataException(path, $"line {index + 1} has no tab between its two texts");
            var (first, second) = (columns[0].Trim(), columns[1].Trim());
            if (first.Length == 0 || second.Length == 0)
                throw new DataException(path, $"line {index + 1} has no {(first.Length == 0 ? "first" : "second")} text");
            pairs.Add(reverse ? new(second, first) : new(first, second));
        }
        return pairs.Count > 0 ? pairs : throw new DataException(path, "it holds no texts");
    }
}
