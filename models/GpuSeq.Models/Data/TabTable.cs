namespace GpuSeq.Models;

/// <summary>How a table differs from most.</summary>
internal sealed record TabTableForm
{
    /// <summary>The names of the columns where the first line is a row already; null where it names them.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Whether quotation marks around a cell belong to it.</summary>
    public bool KeepsQuotes { get; init; }

    /// <summary>Whether rows with fewer or more cells than there are columns are left out, instead of being an error.</summary>
    public bool LeavesBrokenRowsOut { get; init; }
}

/// <summary>
/// Rows of cells with tabs between them, a row a line; the first line names the columns. Quotation marks within a cell are its own;
/// where they stand around it, and those within are doubled, they are taken off.
/// </summary>
internal sealed class TabTable
{
    private const string Quote = "\"";

    private readonly List<(int Line, string[] Cells)> _rows = [];

    /// <summary>Reads a table.</summary>
    /// <param name="text">The table.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="form">How it differs from most tables; null where it does not.</param>
    /// <exception cref="DataException">There are no rows, or one has fewer or more cells than there are columns; names the line.</exception>
    public TabTable(string text, string source, TabTableForm? form = null)
    {
        form ??= new();
        Source = source;
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        Columns = form.Columns ?? [.. lines[0].Split('\t').Select(name => name.Trim())];
        var first = form.Columns is null ? 1 : 0;
        foreach (var (index, line) in lines.Index().Skip(first).Where(line => !string.IsNullOrWhiteSpace(line.Item)))
        {
            var cells = line.Split('\t');
            if (cells.Length == Columns.Count)
                _rows.Add((index + 1, form.KeepsQuotes ? cells : [.. cells.Select(Unquoted)]));
            else if (!form.LeavesBrokenRowsOut)
                throw new DataException(source, $"line {index + 1} has {cells.Length} cells where {Expected(form)}");
        }
        if (_rows.Count == 0)
            throw new DataException(source, first == 0 ? "there are no rows in it" : "there are no rows below the names of the columns");
    }

    /// <summary>Where it comes from, for messages.</summary>
    public string Source { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows with the numbers of their lines.</summary>
    public IReadOnlyList<(int Line, string[] Cells)> Rows => _rows;

    /// <summary>The place of the first column that has one of a few names, in the order of these.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public int Find(string what, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            for (var column = 0; column < Columns.Count; column++)
            {
                if (Columns[column].Equals(name, StringComparison.OrdinalIgnoreCase))
                    return column;
            }
        }
        throw new DataException(
            Source, $"line 1 names no column of {what} ({string.Join(", ", names)}), but: {string.Join(", ", Columns)}");
    }

    /// <summary>A cell that must not be empty.</summary>
    /// <exception cref="DataException">It is; names the line and the column.</exception>
    public string Filled((int Line, string[] Cells) row, int column) => !string.IsNullOrWhiteSpace(row.Cells[column])
        ? row.Cells[column].Trim()
        : throw new DataException(Source, $"line {row.Line} has nothing in column '{Columns[column]}'");

    private string Expected(TabTableForm form) =>
        form.Columns is null ? $"line 1 names {Columns.Count} columns" : $"there are {Columns.Count} columns ({string.Join(", ", Columns)})";

    private static string Unquoted(string cell)
    {
        if (cell.Length < 2 || !cell.StartsWith(Quote, StringComparison.Ordinal) || !cell.EndsWith(Quote, StringComparison.Ordinal))
            return cell;
        var inside = cell[1..^1].Replace("\"\"", "\0", StringComparison.Ordinal);
        return inside.Contains(Quote, StringComparison.Ordinal) ? cell : inside.Replace("\0", Quote, StringComparison.Ordinal);
    }
}
