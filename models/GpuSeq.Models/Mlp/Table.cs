using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace GpuSeq.Models;

/// <summary>A table of numbers with a column to predict.</summary>
/// <param name="Features">The names of the columns to predict from.</param>
/// <param name="Rows">[rows][columns], the numbers.</param>
/// <param name="Target">The name of the column to predict.</param>
/// <param name="Values">What it holds, row by row, as text.</param>
/// <param name="Source">Where the table comes from, for messages.</param>
public sealed record Table(
    IReadOnlyList<string> Features, IReadOnlyList<float[]> Rows, string Target, IReadOnlyList<string> Values, string Source)
{
    /// <summary>Exclusive or: the smallest table that no single layer learns (Minsky and Papert 1969).</summary>
    public static Table Xor { get; } = new(
        ["a", "b"], [[0f, 0f], [0f, 1f], [1f, 0f], [1f, 1f]], "a_xor_b", ["0", "1", "1", "0"], "the built-in table of exclusive or");

    /// <summary>Reads comma-separated values whose first line names the columns (RFC 4180).</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The column to predict; null for the last.</param>
    /// <exception cref="DataException">It cannot be read, a cell is no number, or there is no such column; names line and column.</exception>
    public static Table Read(string path, string? target)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture) { TrimOptions = TrimOptions.Trim, BadDataFound = null };
        using var csv = new CsvReader(new StringReader(TextFile.Read(path)), configuration);
        if (!csv.Read() || !csv.ReadHeader() || csv.HeaderRecord is not { Length: >= 2 } header)
            throw new DataException(path, "line 1 does not name at least two columns");
        var at = target is null ? header.Length - 1 : Array.IndexOf(header, target);
        if (at < 0)
            throw new DataException(path, $"there is no column '{target}'; there is: {string.Join(", ", header)}");
        var (rows, values) = (new List<float[]>(), new List<string>());
        while (csv.Read())
        {
            if (csv.Parser.Count != header.Length)
                throw new DataException(path, $"line {csv.Parser.RawRow} has {csv.Parser.Count} cells where line 1 names {header.Length} columns");
            rows.Add([.. Enumerable.Range(0, header.Length).Where(column => column != at).Select(Cell)]);
            values.Add(csv[at]!);
        }
        if (rows.Count == 0)
            throw new DataException(path, "there are no rows below the names of the columns");
        return new([.. header.Where((_, column) => column != at)], rows, header[at], values, path);

        float Cell(int column) =>
            float.TryParse(csv[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number)
                ? number
                : throw new DataException(path, $"line {csv.Parser.RawRow}, column '{header[column]}': '{csv[column]}' is not a number");
    }
}
