using System.Text.Json;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training: which text, and how it is cut.</summary>
public sealed record CharRnnRun
{
    private const string FileName = "recipe.json";

    /// <summary>The text file; null for the built-in text.</summary>
    public string? Data { get; init; }

    /// <summary>T, characters through which gradients go back.</summary>
    public int SequenceLength { get; init; } = 64;

    /// <summary>Reads the file of a run.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static CharRnnRun Load(RunFolder run)
    {
        var path = run.File(FileName);
        try
        {
            return JsonSerializer.Deserialize<CharRnnRun>(TextFile.Read(path), JsonStyle.Options) is { SequenceLength: > 0 } recipe
                ? recipe
                : throw new DataException(path, "sequence_length is not positive");
        }
        catch (JsonException exception)
        {
            throw new DataException(path, $"line {exception.LineNumber + 1}: this is not the recipe of a run");
        }
    }

    /// <summary>Writes the file of a run.</summary>
    public void Save(RunFolder run) => AtomicFile.WriteText(run.File(FileName), JsonSerializer.Serialize(this, JsonStyle.Options));
}
