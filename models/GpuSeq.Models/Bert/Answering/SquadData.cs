namespace GpuSeq.Models;

/// <summary>Questions whose answers are known.</summary>
/// <param name="Source">Where they come from, for messages.</param>
/// <param name="Train">To learn from.</param>
/// <param name="Dev">To choose models by; empty where the data has no such part.</param>
public sealed record SquadData(string Source, IReadOnlyList<SquadExample> Train, IReadOnlyList<SquadExample> Dev)
{
    private const string Beginning = "train";
    private static readonly string[] Endings = [".json", ".json.gz"];

    /// <summary>What a model is measured on: the part made for it, else everything.</summary>
    public IReadOnlyList<SquadExample> Measured => Dev.Count > 0 ? Dev : Train;

    /// <summary>Whether the context does not answer some of the questions, as in version 2.0.</summary>
    public bool HasUnanswerable => Train.Concat(Dev).Any(example => example.Answers.Count == 0);

    /// <summary>
    /// Reads a file (<c>.json</c> or <c>.json.gz</c>), or a folder with one file whose name begins with <c>train</c> and perhaps one
    /// of the same name with <c>dev</c> in its place.
    /// </summary>
    /// <param name="path">The file or folder; null for the built-in questions.</param>
    /// <exception cref="DataException">A file is broken, or it is not clear which file to learn from.</exception>
    public static SquadData Read(string? path)
    {
        if (path is null)
            return BuiltInQuestions.Create();
        if (!Directory.Exists(path))
            return new(path, SquadFile.Read(path), []);
        string[] files = [.. Directory.GetFiles(path).Where(IsTrain).Order(StringComparer.Ordinal)];
        if (files.Length != 1)
        {
            throw new DataException(path, files.Length == 0
                ? "it has no file such as train-v1.1.json or train-v2.0.json.gz"
                : $"it has several files to learn from, of which one must be named: {string.Join(", ", files.Select(Path.GetFileName))}");
        }
        var stem = $"dev{Stem(files[0])[Beginning.Length..]}";
        var dev = Endings.Select(ending => Path.Combine(path, $"{stem}{ending}")).FirstOrDefault(File.Exists);
        return new(path, SquadFile.Read(files[0]), dev is null ? [] : SquadFile.Read(dev));
    }

    /// <summary>Holds back a tenth of the contexts with their questions to choose models by, if there is no part for that.</summary>
    /// <param name="seed">Of the choice.</param>
    /// <exception cref="DataException">There are too few contexts.</exception>
    public SquadData WithDev(ulong seed)
    {
        if (Dev.Count > 0 && Train.Count > 0)
            return this;
        string[] contexts = [.. Train.Select(example => example.Context).Distinct()];
        if (contexts.Length < 10)
            throw new DataException(Source, $"{contexts.Length} contexts are too few to learn from and to hold a tenth of them back");
        var held = new SplitMix64(seed).HoldBack(contexts, contexts.Length / 10).Held.ToHashSet();
        var parts = Train.ToLookup(example => held.Contains(example.Context));
        return this with { Train = [.. parts[false]], Dev = [.. parts[true]] };
    }

    private static bool IsTrain(string file) => Path.GetFileName(file).StartsWith(Beginning, StringComparison.OrdinalIgnoreCase)
        && Endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    // The name without the ending.
    private static string Stem(string file)
    {
        var name = Path.GetFileName(file);
        return name[..name.LastIndexOf(".json", StringComparison.OrdinalIgnoreCase)];
    }
}
