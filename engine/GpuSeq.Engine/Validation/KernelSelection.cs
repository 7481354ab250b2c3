using GpuSeq.Kernels.Validation;

namespace GpuSeq.Engine;

/// <summary>
/// Chooses cases by a name. A part of kernels' names takes these kernels; anything else takes the cases in whose names it
/// stands, kernel and case with a blank between them.
/// </summary>
internal sealed class KernelSelection
{
    private const int MostSuggestions = 4;

    private readonly string _filter;
    private readonly HashSet<string>? _kernels;

    /// <summary>A selection.</summary>
    /// <param name="filter">The name, or null for everything.</param>
    public KernelSelection(string? filter)
    {
        _filter = filter ?? "";
        var kernels = KernelCases.Families.SelectMany(family => family.Kernels).Where(Contains).ToHashSet();
        _kernels = kernels.Count > 0 ? kernels : null;
    }

    /// <summary>Whether kernels are chosen with all their cases.</summary>
    public bool IsOfKernels => _kernels is not null;

    private bool Takes(KernelCase kernelCase) =>
        _kernels is null ? Contains(kernelCase.ToString()) : _kernels.Contains(kernelCase.Kernel);

    /// <summary>The cases of the sweeps that are chosen.</summary>
    /// <param name="quick">Whether only quick cases are.</param>
    /// <exception cref="KernelNameException">There is none.</exception>
    public IReadOnlyList<KernelCase> Cases(bool quick)
    {
        KernelCase[] cases = [.. (quick ? KernelCases.Quick : KernelCases.All).Where(Takes)];
        return cases.Length > 0 ? cases : throw Unknown(quick ? "quick case" : "case");
    }

    /// <summary>
    /// The benchmarks that are chosen, made one by one. Families whose kernels are not among them are not even asked.
    /// </summary>
    public IEnumerable<KernelCase> Benchmarks() => KernelCases.Families
        .Where(family => _kernels is null || family.Kernels.Any(_kernels.Contains))
        .SelectMany(family => family.Benchmarks)
        .Where(Takes);

    /// <summary>The number of the benchmarks that are chosen.</summary>
    /// <exception cref="KernelNameException">There is none.</exception>
    public int CountBenchmarks() => Benchmarks().Count() is > 0 and var count ? count : throw Unknown("benchmark");

    private bool Contains(string name) => name.Contains(_filter, StringComparison.OrdinalIgnoreCase);

    private KernelNameException Unknown(string kind) => new(kind, _filter, Near(_filter));

    // The names that take the fewest edits, as long as these are fewer than half of the letters.
    private static IEnumerable<string> Near(string name) => KernelCases.Families
        .SelectMany(family => family.Kernels)
        .Select(kernel => (kernel, edits: Edits(name.ToLowerInvariant(), kernel)))
        .Where(candidate => candidate.edits <= Math.Max(name.Length, candidate.kernel.Length) / 2)
        .OrderBy(candidate => candidate.edits)
        .Take(MostSuggestions)
        .Select(candidate => candidate.kernel);

    // Levenshtein's distance, row by row.
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}

/// <summary>No kernel and no case has a name.</summary>
/// <param name="kind">What was looked for.</param>
/// <param name="name">The name that was asked for.</param>
/// <param name="near">Names of kernels that are like it.</param>
public sealed class KernelNameException(string kind, string name, IEnumerable<string> near) : Exception(Describe(kind, name, [.. near]))
{
    private static string Describe(string kind, string name, string[] near) =>
        $"No kernel or {kind} is named '{name}'." + (near.Length > 0 ? $" There is: {string.Join(", ", near)}." : "");
}
