using System.Diagnostics;
using GpuSeq.Kernels;
using GpuSeq.Kernels.Validation;
using ILGPU;
using ILGPU.Runtime.CPU;

namespace GpuSeq.Engine;

/// <summary>What a validation checks.</summary>
public sealed record ValidationOptions
{
    /// <summary>A part of kernels' names, or of a case's with its kernel before it; null for everything.</summary>
    public string? Filter { get; init; }

    /// <summary>Only the quick cases: every kernel with every option, but little work.</summary>
    public bool Quick { get; init; }

    /// <summary>
    /// The shape of the kernels that GPUs run, lane by lane on a CPU, which takes the quick cases only. GPUs have no other shape.
    /// </summary>
    public bool GroupShape { get; init; }
}

/// <summary>What came of a kernel's cases.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Cases">How many cases it has been held to.</param>
/// <param name="Failed">How many it failed.</param>
/// <param name="Worst">The largest error as a share of what is allowed; where nothing is allowed, any error is a million.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Failures">A line for each thing that was wrong, which begins with the case.</param>
public sealed record KernelReport(
    string Kernel, int Cases, int Failed, double Worst, double Seconds, IReadOnlyList<string> Failures)
{
    /// <summary>Whether nothing was wrong.</summary>
    public bool Passed => Failures.Count == 0;
}

/// <summary>How far a validation or a benchmark has come.</summary>
/// <param name="Kernel">The kernel whose turn it is.</param>
/// <param name="Case">The case.</param>
/// <param name="Done">Cases before it.</param>
/// <param name="Total">All cases.</param>
public readonly record struct CaseProgress(string Kernel, string Case, int Done, int Total);

/// <summary>Holds kernels against their definitions.</summary>
public static class KernelValidation
{
    private const double MostShare = 1e6;

    /// <summary>
    /// Runs kernels on a device and compares with their definitions in float64. Each must pass its cases, must fail where a fault
    /// is planted, and the definition of a gradient must agree with central differences of the forward one.
    /// </summary>
    /// <param name="device">What is validated.</param>
    /// <param name="options">Which kernels and cases; by default all.</param>
    /// <param name="progress">Is told of each case before its turn.</param>
    /// <returns>The kernels one by one, as soon as each is done.</returns>
    /// <exception cref="KernelNameException">The filter takes nothing.</exception>
    public static IEnumerable<KernelReport> Validate(
        this Device device, ValidationOptions? options = null, Action<CaseProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        options ??= new();
        var selection = new KernelSelection(options.Filter);
        var isLaneByLane = options.GroupShape && device.Kernels.Shape == KernelShape.Row;
        var cases = selection.Cases(options.Quick || isLaneByLane);
        IGrouping<string, KernelCase>[] kernels = [.. cases.GroupBy(kernelCase => kernelCase.Kernel)];
        return isLaneByLane
            ? RunLaneByLane(kernels, selection.IsOfKernels, progress)
            : Run(device.Kernels, kernels, selection.IsOfKernels, progress);
    }

    private static IEnumerable<KernelReport> RunLaneByLane(
        IGrouping<string, KernelCase>[] kernels, bool areWhole, Action<CaseProgress>? progress)
    {
        // Warps as wide as a GPU's, and lanes for the largest groups: ILGPU's CPUs have no more than they are asked for.
        using var context = Context.Create(builder => builder.CPU(new CPUDevice(32, 8, Environment.ProcessorCount)));
        using var accelerator = context.CreateCPUAccelerator(0);
        using var library = new KernelLibrary(accelerator, KernelShape.Group);
        foreach (var report in Run(library, kernels, areWhole, progress))
            yield return report;
    }

    /// <summary>Checks cases.</summary>
    /// <param name="library">What runs them.</param>
    /// <param name="kernels">The cases of each kernel.</param>
    /// <param name="areWhole">Whether these are all of its cases, of which one must have a planted fault.</param>
    /// <param name="progress">Is told of each case before its turn.</param>
    internal static IEnumerable<KernelReport> Run(
        KernelLibrary library, IGrouping<string, KernelCase>[] kernels, bool areWhole, Action<CaseProgress>? progress)
    {
        var (done, total) = (0, kernels.Sum(kernel => kernel.Count()));
        foreach (var kernel in kernels)
        {
            var start = Stopwatch.GetTimestamp();
            var (count, failed, faults, worst) = (0, 0, 0, 0.0);
            var failures = new List<string>();
            foreach (var kernelCase in kernel)
            {
                progress?.Invoke(new(kernel.Key, kernelCase.Name, done++, total));
                var before = failures.Count;
                worst = Math.Max(worst, Check(library, kernelCase, failures));
                if (kernelCase.IsQuick && CheckFault(library, kernelCase, failures))
                    faults++;
                count++;
                failed += failures.Count > before ? 1 : 0;
            }
            if (faults == 0 && areWhole)
                failures.Add($"{kernel.Key}: no case has a planted fault");
            yield return new(
                kernel.Key, count, failed, Math.Min(worst, MostShare), Stopwatch.GetElapsedTime(start).TotalSeconds, failures);
        }
    }

    // Returns the largest error as a share of what is allowed.
    private static double Check(KernelLibrary library, KernelCase kernelCase, List<string> failures)
    {
        var result = CaseRunner.Run(library, kernelCase)!;
        if (result.Failure is { } failure)
            failures.Add($"{kernelCase}: {failure}");
        if (GradientCheck.IsCheap(kernelCase) && GradientCheck.Run(kernelCase) is { } difference)
            failures.Add($"{kernelCase}: its definition is not the gradient: {difference}");
        return result.Worst;
    }

    // Returns whether the case has a planted fault.
    private static bool CheckFault(KernelLibrary library, KernelCase kernelCase, List<string> failures)
    {
        var result = CaseRunner.Run(library, kernelCase, faulty: true);
        if (result is { Passed: true })
            failures.Add($"{kernelCase}: the planted fault was not caught");
        return result is not null;
    }
}
