using GpuSeq.Kernels.Validation;

namespace GpuSeq.Kernels.Measurement;

/// <summary>What came of a benchmark.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Case">The case.</param>
/// <param name="Flops">Floating-point operations of a call.</param>
/// <param name="Bytes">Bytes that a call must move at least.</param>
/// <param name="Seconds">The median time of a call, in the calmest of several windows.</param>
/// <param name="Failure">Why it was not timed, in one line, or null.</param>
public sealed record BenchmarkTiming(string Kernel, string Case, double Flops, double Bytes, double Seconds, string? Failure);

/// <summary>
/// Times kernels that compute what they should: one that fails a quick case of its own, or the case that is to be timed
/// where that is cheap to define, is refused.
/// </summary>
public sealed class BenchmarkRunner
{
    private const double CheapFlops = 50e6;
    private const double CheapElements = 4e6;
    private const double CachedBytes = 128 << 20; // operands that together have less may stay in a cache from call to call
    private const int MostCopies = 64;

    private readonly KernelLibrary _kernels;
    private readonly MachineLimits _limits;
    private readonly ILookup<string, KernelCase> _checks;
    private readonly Dictionary<string, string?> _failures = [];
    private readonly KernelTimer _timer;

    /// <summary>A runner.</summary>
    /// <param name="kernels">The kernels of the accelerator.</param>
    /// <param name="limits">What the machine can do, which says what memory limits.</param>
    /// <param name="checks">The cases that a kernel must pass before it is timed; by default the quick ones.</param>
    public BenchmarkRunner(KernelLibrary kernels, MachineLimits limits, IEnumerable<KernelCase>? checks = null)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        (_kernels, _limits) = (kernels, limits);
        _checks = (checks ?? KernelCases.Quick).ToLookup(kernelCase => kernelCase.Kernel);
        _timer = new(kernels.Accelerator);
    }

    /// <summary>Times a case, or says why not.</summary>
    public BenchmarkTiming Run(KernelCase kernelCase)
    {
        ArgumentNullException.ThrowIfNull(kernelCase);
        double seconds = 0;
        string? failure;
        try
        {
            failure = KernelFailure(kernelCase.Kernel) ?? (IsCheap(kernelCase) ? CaseFailure(kernelCase) : null);
            if (failure is null)
                seconds = Time(kernelCase);
        }
        catch (OutOfMemoryException exception)
        {
            failure = exception.Message;
        }
        return new(kernelCase.Kernel, kernelCase.Name, kernelCase.Flops, kernelCase.Bytes, seconds, failure);
    }

    /// <summary>Times something that launches several kernels.</summary>
    /// <param name="kernel">What stands in the place of the kernel's name.</param>
    /// <param name="name">Which case of it.</param>
    /// <param name="flops">Floating-point operations of a call.</param>
    /// <param name="bytes">Bytes that a call must move at least.</param>
    /// <param name="launch">The call.</param>
    /// <param name="failure">Why it is not timed, or null.</param>
    public BenchmarkTiming Time(string kernel, string name, double flops, double bytes, Action launch, string? failure) =>
        new(kernel, name, flops, bytes, failure is null ? _timer.Median(launch) : 0, failure);

    private string? KernelFailure(string kernel)
    {
        if (!_failures.TryGetValue(kernel, out var failure))
            _failures[kernel] = failure = _checks[kernel].Select(CaseFailure).FirstOrDefault(reason => reason is not null);
        return failure;
    }

    private string? CaseFailure(KernelCase kernelCase) =>
        CaseRunner.Run(_kernels, kernelCase)!.Failure is { } failure ? $"{kernelCase.Name}: {failure}" : null;

    private static bool IsCheap(KernelCase kernelCase) =>
        kernelCase.Flops <= CheapFlops && kernelCase.Operands.Sum(operand => (double)operand.Length) <= CheapElements;

    // Where memory limits and a cache could hold the operands, calls take turns over copies of them that it cannot hold.
    private double Time(KernelCase kernelCase)
    {
        var bytes = kernelCase.Operands.Sum(operand => (double)operand.Length * sizeof(float));
        var copies = _limits.IsMemoryBound(kernelCase.Flops, kernelCase.Bytes) ? (int)Math.Clamp(CachedBytes / bytes, 1, MostCopies) : 1;
        var operands = new List<CaseOperands>();
        try
        {
            for (var i = 0; i < copies; i++)
                operands.Add(new CaseOperands(_kernels, kernelCase));
            var next = 0;
            return _timer.Median(() =>
            {
                operands[next].Launch();
                next = (next + 1) % operands.Count;
            });
        }
        finally
        {
            operands.ForEach(copy => copy.Dispose());
        }
    }
}
