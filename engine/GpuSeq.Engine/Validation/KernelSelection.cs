using GpuSeq.Kernels.Validation;

namespace GpuSeq.Engine;

/// <summary>
/// Chooses cases by a name. A part of kernels' names takes these kernels; anything else takes the cases in whose names it
/// stands at the beginning of a word, kernel and case with a blank between them.
/// </summary>
internal sealed class KernelSelection
{
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
        _kernels is null ? HasWords(kernelCase.ToString()) : _kernels.Contains(kernelCase.Kernel);

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

    /// <summary>The training steps that are chosen.</summary>
    public IReadOnlyList<StepBenchmark> Steps() =>
        [.. StepBenchmark.All.Where(step => HasWords($"{StepBenchmark.Kernel} {step.Name}"))];

    /// <summary>The number of the benchmarks that are chosen, training steps included.</summary>
    /// <exception cref="KernelNameException">There is none.</exception>
    public int CountBenchmarks() => Benchmarks().Count() + Steps().Count is > 0 and var count ? count : throw Unknown("benchmark");

    private bool Contains(string name) => name.Contains(_filter, StringComparison.OrdinalIgnoreCase);

    private bool HasWords(string name) => $" {name}".Contains($" {_filter}", StringComparison.OrdinalIgnoreCase);

    private KernelNameException Unknown(string kind) =>
        new($"kernel or {kind}", _filter, KernelCases.Families.SelectMany(family => family.Kernels));
}
