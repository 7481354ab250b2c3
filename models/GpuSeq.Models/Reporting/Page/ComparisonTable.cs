namespace GpuSeq.Models.Reporting.Page;

/// <summary>A row for each name, a column for each run; rows in which the runs differ stand out.</summary>
internal static class ComparisonTable
{
    private const string Missing = "\u2013";

    public static Html Of(string corner, IReadOnlyList<TrainingRun> runs, Func<TrainingRun, IReadOnlyDictionary<string, string>> values)
    {
        var columns = runs.Select(values).ToArray();
        var rows = columns.SelectMany(column => column.Keys).Distinct()
            .Select(name => (Name: name, Cells: columns.Select(column => column.GetValueOrDefault(name, Missing)).ToArray()))
            .ToArray();
        var head = runs.Count == 1
            ? Html.Empty
            : Html.Of($"<thead><tr><th>{corner}</th>{Html.Join(runs.Select(run => Html.Of($"<th>{run.Name}</th>")))}</tr></thead>\n");
        var body = Html.Join(rows.Select(row => Row(row.Name, row.Cells)));
        return Html.Of($"<div class=\"scroll\"><table class=\"settings\">{head}<tbody>\n{body}</tbody></table></div>\n{Note(rows)}");
    }

    private static Html Row(string name, string[] cells)
    {
        var style = IsDifferent(cells) ? Html.Of($" class=\"differs\"") : Html.Empty;
        return Html.Of($"<tr{style}><th>{name}</th>{Html.Join(cells.Select(cell => Html.Of($"<td>{cell}</td>")))}</tr>\n");
    }

    private static Html Note((string Name, string[] Cells)[] rows)
    {
        var count = rows.Count(row => IsDifferent(row.Cells));
        return count == 0
            ? Html.Empty
            : Html.Of($"<p class=\"small\">Marked: the {count} of {rows.Length} in which the runs differ.</p>\n");
    }

    private static bool IsDifferent(string[] cells) => cells.Distinct().Skip(1).Any();
}
