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

    /// <summary>The steps that are chosen of some.</summary>
    public IReadOnlyList<StepBenchmark> Of(IEnumerable<StepBenchmark> steps) => [.. steps.Where(step => HasWords(step.ToString()))];

    /// <summary>What is thrown where no benchmark is chosen.</summary>
    public KernelNameException NoBenchmark() => Unknown("benchmark");

    private bool Contains(string name) => name.Contains(_filter, StringComparison.OrdinalIgnoreCase);

    private bool HasWords(string name) => $" {name}".Contains($" {_filter}", StringComparison.OrdinalIgnoreCase);

    private KernelNameException Unknown(string kind) =>
        new($"kernel or {kind}", _filter, KernelCases.Families.SelectMany(family => family.Kernels));
}
