using System.Text.Json;
using System.Text.Json.Nodes;

namespace GpuSeq.Models.Reporting;

/// <summary>A run as its folder tells of it.</summary>
public sealed record TrainingRun
{
    /// <summary>What it is called among others.</summary>
    public required string Name { get; init; }

    /// <summary>Its folder.</summary>
    public required RunFolder Folder { get; init; }

    /// <summary>Its log.</summary>
    public required IReadOnlyList<LoggedLine> Lines { get; init; }

    /// <summary>The numbers of the lines of the log that could not be read, from 1.</summary>
    public required IReadOnlyList<int> MalformedLines { get; init; }

    /// <summary>The settings of the model, the training and the recipe, by their names in the files.</summary>
    public required IReadOnlyDictionary<string, string> Configuration { get; init; }

    /// <summary>What it was made on; null where the folder does not say.</summary>
    public RunEnvironment? Environment { get; init; }

    /// <summary>What the best model was chosen by.</summary>
    public TrainingGoal Goal => new(Configuration.GetValueOrDefault("metric") ?? TrainingGoal.Loss);

    /// <summary>What it learns from is counted in, such as characters.</summary>
    public string Items => Environment?.Items ?? "tokens";

    /// <summary>What the model made of inputs.</summary>
    public IReadOnlyList<Sample> Samples { get; init; } = [];

    /// <summary>What the recipe drew of the model, as SVG.</summary>
    public IReadOnlyList<string> Pictures { get; init; } = [];

    /// <summary>The recipe, or else the type of the model; null where the folder says neither.</summary>
    public string? Recipe => Environment?.Recipe ?? Configuration.GetValueOrDefault("model_type");

    /// <summary>The log's lines about one split.</summary>
    public IEnumerable<LoggedLine> Of(string split) => Lines.Where(line => line.Split == split);

    /// <summary>Reads a folder.</summary>
    /// <exception cref="DataException">There is no folder, or none of a run; or one of its files is broken.</exception>
    public static TrainingRun Load(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder.Path))
            throw new DataException(folder.Path, "there is no such folder");
        if (!File.Exists(folder.Metrics))
            throw new DataException(folder.Path, $"it is not the folder of a run: it has no {Path.GetFileName(folder.Metrics)}");
        var log = JsonLines.Read(folder.Metrics);
        var lines = log.Objects.Select(line => (line.Line, Logged: LoggedLine.Parse(line.Object))).ToArray();
        if (!lines.Any(line => line.Logged is not null))
            throw new DataException(folder.Metrics, "no line of it tells of a step");
        return new()
        {
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path))),
            Folder = folder,
            Lines = [.. lines.Select(line => line.Logged).OfType<LoggedLine>()],
            MalformedLines = [.. log.Malformed.Concat(lines.Where(line => line.Logged is null).Select(line => line.Line)).Order()],
            Configuration = ReadConfiguration(folder),
            Environment = File.Exists(folder.Environment) ? RunEnvironment.Load(folder.Environment) : null,
            Samples = File.Exists(folder.Samples) ? Sample.Read(folder.Samples) : [],
            Pictures = Picture.Read(folder.Pictures),
        };
    }

    /// <summary>Reads folders. Where two have the same name, the folders above them tell them apart.</summary>
    /// <exception cref="DataException">One is not the folder of a run.</exception>
    public static IReadOnlyList<TrainingRun> Load(IEnumerable<RunFolder> folders)
    {
        var runs = folders.Select(Load).ToArray();
        var names = runs.CountBy(run => run.Name).ToDictionary();
        return [.. runs.Select(run => names[run.Name] == 1 ? run : run with { Name = run.Folder.Path })];
    }

    private static Dictionary<string, string> ReadConfiguration(RunFolder folder)
    {
        var settings = new Dictionary<string, string>();
        foreach (var path in new[] { folder.Config, folder.Recipe, folder.Training })
        {
            if (File.Exists(path))
                Flatten(settings, "", ReadObject(path));
        }
        return settings;
    }

    private static void Flatten(Dictionary<string, string> settings, string prefix, JsonObject json)
    {
        foreach (var (name, value) in json)
        {
            if (value is JsonObject inner)
                Flatten(settings, $"{prefix}{name}.", inner);
            else
                settings[prefix + name] = Text(value);
        }
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "none",
        JsonValue one when one.TryGetValue(out string? text) => text,
        _ => value.ToJsonString(JsonStyle.Line),
    };

    private static JsonObject ReadObject(string path)
    {
        try
        {
            return JsonNode.Parse(TextFile.Read(path)) as JsonObject ?? throw new DataException(path, "it does not hold an object");
        }
        catch (JsonException exception)
        {
            throw new DataException(path, $"line {exception.LineNumber + 1} is not JSON");
        }
    }
}
