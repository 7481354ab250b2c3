using System.Globalization;
using System.Text.Json;

namespace GpuSeq.Models;

/// <summary>
/// Reads contexts with choices of which one is right: objects <c>{"context": "..", "choices": ["..", ".."], "answer": 0}</c>, one a
/// line, or a table with tabs between the columns <c>context</c>, <c>choice0</c>, <c>choice1</c> and so on, and <c>answer</c>. The
/// answer is the right choice's place, counted from 0.
/// </summary>
internal static class TextChoices
{
    private sealed record Line(string? Context, string?[]? Choices, int? Answer);

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">A line has a fault, or another number of choices than the others; names it.</exception>
    public static IReadOnlyList<TextExample> Read(DataFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var isTable = Path.GetExtension(file.Name).Equals(".tsv", StringComparison.OrdinalIgnoreCase);
        var lines = (isTable ? OfTable(new(file.Read(), file.Source)) : OfObjects(file)).ToArray();
        if (lines.Length == 0)
            throw new DataException(file.Source, "there are no examples in it");
        return [.. lines.Select(line => Example(line.Number, line.Content, lines[0].Content.Choices?.Length ?? 0, file.Source))];
    }

    private static TextExample Example(int number, Line line, int choices, string source)
    {
        var fault = line switch
        {
            { Context: null } => "has no context",
            { Choices: not { Length: > 1 } } => "has fewer than two choices",
            _ when line.Choices.Any(string.IsNullOrWhiteSpace) => "has a choice that is empty",
            _ when line.Choices.Length != choices => $"has {line.Choices.Length} choices where the first has {choices}",
            { Answer: null } => "has no answer",
            _ when line.Answer < 0 || line.Answer >= choices => $"has the answer {line.Answer}, not one from 0 to {choices - 1}",
            _ => null,
        };
        return fault is null
            ? new([line.Context!, .. line.Choices!], line.Answer!.Value.ToString(CultureInfo.InvariantCulture))
            : throw new DataException(source, $"line {number} {fault}");
    }

    private static IEnumerable<(int Number, Line Content)> OfObjects(DataFile file)
    {
        foreach (var (index, line) in file.Read().Split('\n').Index().Where(line => !string.IsNullOrWhiteSpace(line.Item)))
            yield return (index + 1, Parse(line, index + 1, file.Source));
    }

    private static Line Parse(string line, int number, string source)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(line, JsonStyle.Line) ?? new(null, null, null);
        }
        catch (JsonException)
        {
            throw new DataException(
                source, $"line {number} is not an object such as {{\"context\": \"..\", \"choices\": [\"..\", \"..\"], \"answer\": 0}}");
        }
    }

    private static IEnumerable<(int Number, Line Content)> OfTable(TabTable table)
    {
        var (context, answer) = (table.Find("contexts", "context", "question"), table.Find("answers", "answer", "label"));
        int[] choices =
        [
            .. table.Columns.Index()
                .Where(column => column.Item.StartsWith("choice", StringComparison.OrdinalIgnoreCase)).Select(column => column.Index),
        ];
        foreach (var row in table.Rows)
        {
            var text = table.Filled(row, answer);
            if (!int.TryParse(text, CultureInfo.InvariantCulture, out var right))
                throw new DataException(table.Source, $"line {row.Line} has the answer '{text}', which is no whole number");
            yield return (row.Line, new(table.Filled(row, context), [.. choices.Select(choice => row.Cells[choice])], right));
        }
    }
}
