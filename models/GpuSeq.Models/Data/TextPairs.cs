namespace GpuSeq.Models;

/// <summary>Reads pairs of texts with a label or a number: tables with tabs between the columns, which the first line names.</summary>
internal static class TextPairs
{
    private const string Undecided = "-"; // in the column gold_label of SNLI, where people did not agree

    private static readonly string[] Firsts = ["sentence1", "premise", "question1", "text1", "sentence_A"];
    private static readonly string[] Seconds = ["sentence2", "hypothesis", "question2", "text2", "sentence_B"];

    /// <summary>Whether a file, or the first one of a folder or archive, names columns of pairs.</summary>
    /// <exception cref="DataException">There is no such file or folder, or it cannot be read.</exception>
    public static bool AreIn(string path)
    {
        var text = File.Exists(path) && !DataFiles.IsArchive(path)
            ? TextFile.Read(path)
            : DataFiles.Open(path).FirstOrDefault(file => LabelledTable.IsTable(file.Name))?.Read() ?? "";
        var columns = text.Split('\n', 2)[0].TrimEnd('\r').Split('\t');
        return columns.Any(Is(Firsts)) && columns.Any(Is(Seconds));

        static Func<string, bool> Is(string[] names) => column => names.Contains(column.Trim(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">A column is missing, a cell is empty, or nothing is left; names the line.</exception>
    public static IReadOnlyList<TextExample> Read(DataFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var table = new TabTable(file.Read(), file.Source);
        var first = table.Find("first texts", Firsts);
        var second = table.Find("second texts", Seconds);
        var answer = table.Find("labels", "gold_label", "label", "score", "similarity", "is_duplicate", "relatedness_score");
        var decided = table.Rows.Where(row => row.Cells[answer].Trim() != Undecided).ToArray();
        return decided.Length > 0
            ? [.. decided.Select(row => new TextExample([table.Filled(row, first), table.Filled(row, second)], table.Filled(row, answer)))]
            : throw new DataException(file.Source, $"every row has the label '{Undecided}'");
    }
}
