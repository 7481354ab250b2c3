namespace GpuSeq.Models;

/// <summary>Texts to learn from: a file, or those of a folder.</summary>
internal static class TextFolder
{
    private const double TrainShare = 0.9;

    /// <summary>
    /// Reads a text file, or all files of a folder or zip archive whose names end in <c>.txt</c>, in the order of their names; or
    /// those of several such places with commas between them. What Project Gutenberg writes around its books is left out.
    /// </summary>
    /// <param name="paths">The file, folder or archive, or several.</param>
    /// <param name="isLenient">Whether bytes that are not UTF-8 are read as U+FFFD, instead of an error.</param>
    /// <exception cref="DataException">There is no such file or folder, or a file is not UTF-8.</exception>
    public static string[] Read(string paths, bool isLenient = false)
    {
        var all = Path.Exists(paths) ? [paths] : paths.Split(',', StringSplitOptions.TrimEntries);
        return [.. all.SelectMany(path => ReadAll(path, isLenient)).Select(Book)];
    }

    private static string[] ReadAll(string path, bool isLenient)
    {
        if (!Directory.Exists(path) && !DataFiles.IsArchive(path))
            return [TextFile.Read(path, isLenient)];
        var files = DataFiles.Open(path, isLenient).Where(file => file.Name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)).ToArray();
        return files.Length > 0 ? [.. files.Select(file => file.Read())] : throw new DataException(path, "it holds no .txt files");
    }

    /// <summary>The first nine tenths of the characters, and the last tenth to measure on. A text may be cut.</summary>
    public static (string[] Train, string[] Held) Split(IReadOnlyList<string> texts)
    {
        var left = (long)(texts.Sum(text => (long)text.Length) * TrainShare);
        var (train, held) = (new List<string>(), new List<string>());
        foreach (var text in texts)
        {
            var cut = (int)Math.Min(left, text.Length);
            if (cut > 0 && cut < text.Length && char.IsLowSurrogate(text[cut]))
                cut--; // a character stays whole
            left -= cut;
            if (cut > 0)
                train.Add(text[..cut]);
            if (cut < text.Length)
                held.Add(text[cut..]);
        }
        return ([.. train], [.. held]);
    }

    // Without what stands before "*** START OF THIS PROJECT GUTENBERG EBOOK ... ***" and after the line that ends the book.
    private static string Book(string text)
    {
        var start = Marker(text, "*** START OF TH");
        var begin = start < 0 ? -1 : text.IndexOf('\n', start);
        if (begin < 0)
            return text;
        string[] endings = ["*** END OF TH", "End of the Project Gutenberg", "End of Project Gutenberg"];
        var end = endings.Select(ending => Marker(text, ending)).Where(at => at > begin).DefaultIfEmpty(text.Length).Min();
        return text[begin..end];
    }

    // Where a line begins so and speaks of Project Gutenberg; -1 where none does.
    private static int Marker(string text, string beginning)
    {
        for (var at = text.IndexOf(beginning, StringComparison.Ordinal); at >= 0;)
        {
            var end = text.IndexOf('\n', at);
            var line = text.AsSpan(at, (end < 0 ? text.Length : end) - at);
            if ((at == 0 || text[at - 1] == '\n') && line.Contains("PROJECT GUTENBERG", StringComparison.OrdinalIgnoreCase))
                return at;
            at = text.IndexOf(beginning, at + 1, StringComparison.Ordinal);
        }
        return -1;
    }
}
