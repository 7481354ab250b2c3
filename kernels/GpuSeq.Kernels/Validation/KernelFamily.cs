namespace GpuSeq.Kernels.Validation;

/// <summary>The kernels of one folder, with their cases.</summary>
public sealed class KernelFamily
{
    private readonly Func<IEnumerable<KernelCase>> _benchmarks;

    internal KernelFamily(string name, IEnumerable<KernelCase> cases, Func<IEnumerable<KernelCase>> benchmarks)
    {
        Name = name;
        Cases = [.. cases];
        Kernels = [.. Cases.Select(kernelCase => kernelCase.Kernel).Distinct()];
        _benchmarks = benchmarks;
    }

    /// <summary>The folder.</summary>
    public string Name { get; }

    /// <summary>The sweep.</summary>
    public IReadOnlyList<KernelCase> Cases { get; }

    /// <summary>The names of the kernels.</summary>
    public IReadOnlyList<string> Kernels { get; }

    /// <summary>Larger shapes, to be timed; made anew by every benchmark, one by one, so that no operands stay.</summary>
    public IEnumerable<KernelCase> Benchmarks => _benchmarks();

    /// <inheritdoc/>
    public override string ToString() => Name;
}
