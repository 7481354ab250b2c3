using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models.Reporting;

/// <summary>A file with one JSON object on each line.</summary>
/// <param name="Objects">The objects, with the numbers of their lines from 1.</param>
/// <param name="Malformed">The numbers of the lines that hold something else.</param>
public sealed record JsonLines(IReadOnlyList<(int Line, JsonObject Object)> Objects, IReadOnlyList<int> Malformed)
{
    /// <summary>Reads a file. A last line without an end was cut off when its writer was killed, and is left out.</summary>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static JsonLines Read(string path)
    {
        var lines = WholeLines(path).Split('\n');
        var (objects, malformed) = (new List<(int, JsonObject)>(), new List<int>());
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
                continue;
            if (Parse(lines[i]) is { } json)
                objects.Add((i + 1, json));
            else
                malformed.Add(i + 1);
        }
        return new(objects, malformed);
    }

    /// <summary>Adds a line to a file.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public static void Append<T>(string path, T value)
    {
        try
        {
            File.AppendAllText(path, JsonSerializer.Serialize(value, JsonStyle.Line) + "\n");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, $"the line cannot be written: {exception.Message}", exception);
        }
    }

    // The cut may lie within a character: bytes are cut before they are read as text.
    private static string WholeLines(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path).AsSpan();
            return Encoding.UTF8.GetString(bytes[..(bytes.LastIndexOf((byte)'\n') + 1)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException(path, exception.Message.TrimEnd('.'));
        }
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            var json = JsonNode.Parse(line) as JsonObject;
            _ = json?.Count; // names that come twice are found here
            return json;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
