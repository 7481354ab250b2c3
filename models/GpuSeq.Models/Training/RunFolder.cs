using System.Text.Json;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>The files of a run: the best model so far, the log, and the state to resume from.</summary>
/// <param name="Path">The folder.</param>
public sealed record RunFolder(string Path)
{
    /// <summary>The form of the model.</summary>
    public string Config => File("config.json");

    /// <summary>The parameters of the best model so far.</summary>
    public string Model => File("model.safetensors");

    /// <summary>How it is trained.</summary>
    public string Training => File("training.json");

    /// <summary>What it has beside the model and the training, such as the data.</summary>
    public string Recipe => File("recipe.json");

    /// <summary>One object for each logged step or evaluation.</summary>
    public string Metrics => File("metrics.jsonl");

    /// <summary>What it was made on.</summary>
    public string Environment => File("environment.json");

    /// <summary>One object for each sample of what the model makes of an input.</summary>
    public string Samples => File("samples.jsonl");

    /// <summary>What the recipe draws of the model, one SVG file for each picture.</summary>
    public string Pictures => File("pictures");

    /// <summary>The page that shows all of it.</summary>
    public string Report => File("report.html");

    /// <summary>Everything that a resumed run needs, in one file, so that it is whole or not there.</summary>
    public string State => File(System.IO.Path.Combine("state", "last.safetensors"));

    /// <summary>A file of the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Reads <see cref="Recipe"/>.</summary>
    /// <exception cref="DataException">The file is not one of this recipe, or has a fault.</exception>
    public T LoadRecipe<T>()
        where T : RecipeData
    {
        var recipe = JsonFile.Load<T>(Recipe, "the recipe of a run");
        return recipe.Fault is null ? recipe : throw new DataException(Recipe, recipe.Fault);
    }

    /// <summary>Writes <see cref="Recipe"/>.</summary>
    public void SaveRecipe<T>(T recipe)
        where T : RecipeData => JsonFile.Save(Recipe, recipe);

    /// <summary>Writes <see cref="Model"/>.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void SaveParameters(ParameterSet parameters) => TensorFiles.Save(Model, parameters, TensorFiles.HubMetadata);

    /// <summary>Gives a model the parameters of the best one of the run, from one file or from shards with an index.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What may differ between its parameters and those of the folder; without it nothing may.</param>
    /// <returns>The model. Where it cannot be filled, it is disposed.</returns>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the model.</exception>
    public T Fill<T>(T model, LoadOptions? options = null)
        where T : IModel
    {
        try
        {
            var index = File(Checkpoint.IndexFile);
            var isSharded = System.IO.File.Exists(index) && !System.IO.File.Exists(Model);
            TensorFiles.Load(isSharded ? index : Model, model.Parameters, options);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Makes the folder.</summary>
    /// <exception cref="CheckpointException">It cannot be made.</exception>
    public void Create()
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(State)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(Path, $"the folder cannot be made: {exception.Message}", exception);
        }
    }

    /// <summary>Adds a line to the log.</summary>
    public void Log(MetricsLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var json = JsonSerializer.SerializeToNode(line, JsonStyle.Line)!.AsObject();
        foreach (var (name, value) in line.Metrics ?? new Dictionary<string, double>())
            json[name] = value;
        try
        {
            System.IO.File.AppendAllText(Metrics, json.ToJsonString(JsonStyle.Line) + "\n");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(Metrics, $"the log cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>The bytes of the log and of the samples.</summary>
    public (long Metrics, long Samples) LogLengths => (Length(Metrics), Length(Samples));

    /// <summary>Cuts the log and the samples to the lengths that they had, because what comes after will come again.</summary>
    public void CutLogs(long metrics, long samples)
    {
        Cut(Metrics, metrics);
        Cut(Samples, samples);
    }

    private static long Length(string path) => System.IO.File.Exists(path) ? new FileInfo(path).Length : 0;

    private static void Cut(string path, long length)
    {
        if (Length(path) <= length)
            return;
        using var file = System.IO.File.OpenWrite(path);
        file.SetLength(length);
    }
}

/// <summary>A line of the log.</summary>
public sealed record MetricsLine
{
    /// <summary>Steps that were made.</summary>
    public required int Step { get; init; }

    /// <summary>Passes over the data, with a fraction.</summary>
    public required double Epoch { get; init; }

    /// <summary><c>train</c> or <c>validation</c>.</summary>
    public required string Split { get; init; }

    /// <summary>The mean loss since the last line, or of the evaluation.</summary>
    public required double Loss { get; init; }

    /// <summary>The learning rate.</summary>
    public double? Lr { get; init; }

    /// <summary>The global norm of the gradients before clipping.</summary>
    public double? GradNorm { get; init; }

    /// <summary>Items learned from in a second.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>The most bytes of device memory so far.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Other measures, written beside the loss.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }
}
