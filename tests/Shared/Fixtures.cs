using System.Text.Json;

namespace GpuSeq.Tests;

/// <summary>
/// Reference cases made by other software. They lie in the folder that the environment variable <c>GPUSEQ_FIXTURES</c> names, else
/// in <c>../shared/fixtures</c> beside the repository; where there is none, their tests are skipped and say why.
/// </summary>
internal static class Fixtures
{
    /// <summary>The NUnit category of tests that need the folder.</summary>
    public const string Category = "Fixtures";

    private const string Variable = "GPUSEQ_FIXTURES";

    /// <summary>The repository's root, or null where the tests run away from it.</summary>
    public static string? Repository { get; } = FindRepository();

    /// <summary>The folder's path, or null where there is none.</summary>
    public static string? Folder { get; } = FindFolder();

    private static string NoFolder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? $"no reference cases: {Variable} names {named}, which is not a folder"
        : $"no reference cases: {Variable} is not set, and there is no ../shared/fixtures beside the repository";

    /// <summary>
    /// The cases that a folder's <c>index.json</c> lists, for a <c>TestCaseSource</c>; <c>"torch/rnn"</c>, for one.
    /// Where there are none, one stands in that skips the test as soon as the test asks it for anything.
    /// </summary>
    public static IEnumerable<FixtureCase> Cases(string folder) => Select(folder, static _ => true);

    /// <summary>Those of <see cref="Cases"/> that one test can do; see there.</summary>
    public static IEnumerable<FixtureCase> Select(string folder, Func<FixtureCase, bool> wanted)
    {
        var index = Folder is null ? "" : Path.Combine(Folder, folder, "index.json");
        if (!File.Exists(index))
        {
            return [new FixtureCase(Folder is null ? NoFolder : $"no reference cases: there is no {folder}/index.json")];
        }

        var cases = JsonDocument.Parse(File.ReadAllText(index)).RootElement.GetProperty("cases").EnumerateArray()
            .Select(json => new FixtureCase(Path.Combine(Folder!, folder), json)).Where(wanted).ToArray();
        return cases.Length > 0 ? cases : [new FixtureCase($"{folder} holds no case of this kind")];
    }

    /// <summary>
    /// Files or folders anywhere below the folder whose name matches, as paths relative to it, for a <c>TestCaseSource</c>;
    /// a test opens them by <see cref="Require"/>.
    /// </summary>
    public static IEnumerable<string> Find(string pattern) => Folder is null
        ? [pattern]
        : Directory.EnumerateFileSystemEntries(Folder, pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal).DefaultIfEmpty(pattern);

    /// <summary>The full path of something in the folder; skips the test where it is not there.</summary>
    public static string Require(string relative)
    {
        if (Folder is null)
        {
            Assert.Ignore(NoFolder);
        }

        var path = Path.Combine(Folder!, relative);
        if (!Path.Exists(path))
        {
            Assert.Ignore($"no reference cases: there is no {relative}");
        }

        return path;
    }

    private static string? FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GpuSeq.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }

    private static string? FindFolder()
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        var beside = Repository is null ? "" : Path.Combine(Repository, "..", "shared", "fixtures");
        var folder = string.IsNullOrEmpty(named) ? beside : named;
        return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }
}
