using System.Text.Json;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Reads and writes what runs and models keep as JSON, in the style of <see cref="JsonStyle"/>.</summary>
public static class JsonFile
{
    private sealed record Kind(string? ModelType);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for the message where it is not, such as "the configuration of a perceptron".</param>
    /// <exception cref="DataException">It cannot be read or is something else; names the line.</exception>
    public static T Load<T>(string path, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(TextFile.Read(path), JsonStyle.Options) ?? throw new DataException(path, "it is empty");
        }
        catch (JsonException exception)
        {
            throw new DataException(path, $"line {exception.LineNumber + 1}: it is not {what}");
        }
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public static void Save<T>(string path, T value) => AtomicFile.WriteText(path, JsonSerializer.Serialize(value, JsonStyle.Options));

    /// <summary>Reads the configuration of a model, which must be of a type.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">The <c>model_type</c> that it must have.</param>
    /// <exception cref="DataException">It cannot be read, or is that of another model.</exception>
    public static T LoadConfig<T>(string path, string type)
        where T : class
    {
        var found = TypeOf(path);
        return found == type
            ? Load<T>(path, $"the configuration of a model of type '{type}'")
            : throw new DataException(path, $"the model is of type '{found}', not '{type}'");
    }

    /// <summary>The <c>model_type</c> that the configuration of a model names.</summary>
    /// <exception cref="DataException">It cannot be read, or names none.</exception>
    public static string TypeOf(string path) => Load<Kind>(path, "the configuration of a model").ModelType
        ?? throw new DataException(path, "it has no model_type");
}
