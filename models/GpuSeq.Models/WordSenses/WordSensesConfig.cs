using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>What is compared: its <c>config.json</c>.</summary>
public sealed record WordSensesConfig
{
    /// <summary>What <c>config.json</c> says of every comparison.</summary>
    public const string Type = "word-senses";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>The folder of the model of BERT's family; null where a small one is trained in the run.</summary>
    public string? Model { get; init; }

    /// <summary>The run or file with word vectors; null where they are trained in the run.</summary>
    public string? Vectors { get; init; }

    /// <summary>The layer whose hidden states are compared, 0 for what goes into the first one; null for the last.</summary>
    public int? Layer { get; init; }

    /// <summary>Reads the file of a run.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static WordSensesConfig Load(string path) => JsonFile.LoadConfig<WordSensesConfig>(path, Type);

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
