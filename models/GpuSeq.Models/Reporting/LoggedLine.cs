using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GpuSeq.Models.Reporting;

/// <summary>A line of a run's log as it is read: what it is about, and every number it holds.</summary>
/// <param name="Step">Steps that were made.</param>
/// <param name="Split"><c>train</c> or <c>validation</c>.</param>
/// <param name="Values">The numbers by name, such as <c>loss</c>, <c>lr</c> or <c>accuracy</c>; some may not be finite.</param>
public sealed record LoggedLine(int Step, string Split, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>The split of lines about training.</summary>
    public const string Train = "train";

    /// <summary>The split of lines about evaluations.</summary>
    public const string Validation = "validation";

    /// <summary>What a line says that is about to be logged.</summary>
    public static LoggedLine Of(MetricsLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var values = Numbers(JsonSerializer.SerializeToNode(line, JsonStyle.Line)!.AsObject());
        foreach (var (name, value) in line.Metrics ?? new Dictionary<string, double>())
            values[name] = value;
        return new(line.Step, line.Split, values);
    }

    /// <summary>What a line of the log says; null where it names no step or no split.</summary>
    internal static LoggedLine? Parse(JsonObject json)
    {
        if (Number(json["step"]) is not { } step || step != Math.Floor(step) || Math.Abs(step) > int.MaxValue)
            return null;
        return json["split"] is JsonValue value && value.TryGetValue(out string? split) ? new((int)step, split, Numbers(json)) : null;
    }

    private static Dictionary<string, double> Numbers(JsonObject json)
    {
        var values = new Dictionary<string, double>();
        foreach (var (name, node) in json)
        {
            if (name != "step" && Number(node) is { } number)
                values[name] = number;
        }
        return values;
    }

    // Numbers that are not finite are written as text.
    private static double? Number(JsonNode? node)
    {
        if (node is not JsonValue value)
            return null;
        if (value.TryGetValue(out double number))
            return number;
        return value.TryGetValue(out string? text) && text is "NaN" or "Infinity" or "-Infinity"
            ? double.Parse(text!, CultureInfo.InvariantCulture)
            : null;
    }
}
