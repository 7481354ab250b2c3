using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace GpuSeq.Models;

/// <summary>Reads tables of texts with labels: separated by tabs or commas, the first line names the columns.</summary>
internal static class LabelledTable
{
    private static readonly string[] TextColumns = ["text", "sentence", "review", "tweet", "comment", "content"];
    private static readonly string[] LabelColumns = ["label", "sentiment", "class", "category", "polarity", "labels", "score"];

    /// <summary>Whether a file is a table, by its ending.</summary>
    public static bool IsTable(string name) => Path.GetExtension(name).ToLowerInvariant() is ".tsv" or ".csv";

    /// <summary>Reads the rows.</summary>
    /// <param name="text">The table; cells may be quoted (RFC 4180).</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="mayLackLabels">Whether a text may have none.</param>
    /// <exception cref="DataException">A column is missing, or a cell is; names the line.</exception>
    public static IReadOnlyList<LabelledText> Read(string text, string source, bool mayLackLabels = false)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = text.AsSpan(0, Math.Max(0, text.IndexOf('\n'))).Contains('\t') ? "\t" : ",",
            BadDataFound = null, // a quotation mark within a cell is one
        };
        using var csv = new CsvReader(new StringReader(text), configuration);
        if (!csv.Read() || !csv.ReadHeader() || csv.HeaderRecord is not { } header)
            throw new DataException(source, "it is empty");
        var (texts, labels) = (Find(header, TextColumns, "texts", source), Find(header, LabelColumns, "labels", source));
        var rows = new List<LabelledText>();
        while (csv.Read())
        {
            if (csv.Parser.Count != header.Length)
            {
                throw new DataException(
                    source, $"line {csv.Parser.RawRow} has {csv.Parser.Count} cells where line 1 names {header.Length} columns");
            }
            if (!mayLackLabels && string.IsNullOrWhiteSpace(csv[labels]))
                throw new DataException(source, $"line {csv.Parser.RawRow} has no label");
            rows.Add(new(csv[texts]!, csv[labels]!.Trim()));
        }
        return rows.Count > 0 ? rows : throw new DataException(source, "there are no rows below the names of the columns");
    }

    private static int Find(string[] header, string[] names, string what, string source)
    {
        var at = Array.FindIndex(header, name => names.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase));
        return at >= 0 ? at : throw new DataException(
            source, $"line 1 names no column of {what} ({string.Join(", ", names)}), but: {string.Join(", ", header)}");
    }
}
