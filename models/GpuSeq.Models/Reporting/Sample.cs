using System.Text.Json;
using System.Text.Json.Nodes;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models.Reporting;

/// <summary>What the model made of an input at some step: a line of a run's <c>samples.jsonl</c>.</summary>
/// <param name="Step">Steps that were made.</param>
/// <param name="Input">What it was given.</param>
/// <param name="Output">What it made of it.</param>
/// <param name="Expected">What would have been right; null where nothing is.</param>
public sealed record Sample(int Step, string Input, string Output, string? Expected = null)
{
    /// <summary>Adds the sample to a file.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void AppendTo(string path) => JsonLines.Append(path, this);

    /// <summary>Reads the samples of a file; lines that hold none are left out.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static IReadOnlyList<Sample> Read(string path) =>
        [.. JsonLines.Read(path).Objects.Select(line => Of(line.Object)).OfType<Sample>()];

    private static Sample? Of(JsonObject json)
    {
        try
        {
            return json.Deserialize<Sample>(JsonStyle.Line) is { Input: not null, Output: not null } sample ? sample : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
