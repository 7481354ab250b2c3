using GpuSeq.Kernels.Measurement;

namespace GpuSeq.Engine;

/// <summary>A machine, and what it can do at most.</summary>
/// <param name="Processor">The name that its maker gave it.</param>
/// <param name="Cores">Threads, or multiprocessors, that kernels run on.</param>
/// <param name="FmaGflopsOne">Multiply-add operations of one core, in 10^9 a second, counted as two each.</param>
/// <param name="FmaGflopsAll">Those of all cores.</param>
/// <param name="BandwidthGbs">Bytes read and written beyond the caches, in 10^9 a second.</param>
/// <param name="BandwidthPattern">The pattern of reads and writes that reached the bandwidth.</param>
/// <param name="LaunchUs">What a launch of one work item costs, in microseconds.</param>
public sealed record Machine(
    string Processor, int Cores, double FmaGflopsOne, double FmaGflopsAll, double BandwidthGbs, string BandwidthPattern, double LaunchUs);

/// <summary>The time of a kernel.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Case">Sizes and options.</param>
/// <param name="Ms">The median time of a call in milliseconds, in the calmest of several windows.</param>
/// <param name="Gflops">Floating-point operations, in 10^9 a second; 0 where memory alone counts.</param>
/// <param name="Gbs">Bytes that must move at least, in 10^9 a second.</param>
/// <param name="Share">The part of the limit that applies: of the multiply-add rate or of the bandwidth.</param>
public sealed record BenchmarkResult(string Kernel, string Case, double Ms, double Gflops, double Gbs, double Share);

/// <summary>What came of a benchmark.</summary>
/// <param name="Machine">The machine; the better of two measurements, before and after.</param>
/// <param name="Results">The times of the kernels that passed their checks.</param>
/// <param name="Failures">A line for each case that was not timed, which begins with the case.</param>
public sealed record BenchmarkReport(Machine Machine, IReadOnlyList<BenchmarkResult> Results, IReadOnlyList<string> Failures);

/// <summary>Times kernels and training steps against the limits of the machine.</summary>
public static class KernelBenchmark
{
    /// <summary>Measures the machine, then times kernels that compute what they should.</summary>
    /// <param name="device">What is timed.</param>
    /// <param name="filter">A part of kernels' names, or of a case's with its kernel before it; null for everything.</param>
    /// <param name="more">Steps that are timed beside <see cref="StepBenchmark.Small"/>, such as those of models.</param>
    /// <param name="machine">Is told of the first measurement of the machine.</param>
    /// <param name="progress">Is told of each case before its turn.</param>
    /// <exception cref="KernelNameException">The filter takes nothing.</exception>
    public static BenchmarkReport Benchmark(
        this Device device, string? filter = null, IEnumerable<StepBenchmark>? more = null, Action<Machine>? machine = null,
        Action<CaseProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        var selection = new KernelSelection(filter);
        var steps = selection.Of(StepBenchmark.Small.Concat(more ?? []));
        var total = selection.Benchmarks().Count() + steps.Count;
        if (total == 0)
            throw selection.NoBenchmark();
        var before = MachineLimits.Measure(device.Kernels);
        machine?.Invoke(Describe(device, before));
        var runner = new BenchmarkRunner(device.Kernels, before);
        var timings = new List<BenchmarkTiming>();
        foreach (var kernelCase in selection.Benchmarks())
        {
            progress?.Invoke(new(kernelCase.Kernel, kernelCase.Name, timings.Count, total));
            timings.Add(runner.Run(kernelCase));
        }
        foreach (var step in steps)
        {
            progress?.Invoke(new(step.Kernel, step.Name, timings.Count, total));
            using var timed = step.Create(device);
            timings.Add(runner.Time(step.Kernel, step.Name, step.Flops, step.Bytes, timed.Run, timed.Check()));
        }
        var limits = before.Best(MachineLimits.Measure(device.Kernels)); // a disturbed measurement would flatter the kernels
        return new(
            Describe(device, limits),
            [.. timings.Where(timing => timing.Failure is null).Select(timing => Describe(timing, limits))],
            [.. timings.Where(timing => timing.Failure is not null).Select(timing => $"{timing.Kernel} {timing.Case}: {timing.Failure}")]);
    }

    private static BenchmarkResult Describe(BenchmarkTiming timing, MachineLimits limits) => new(
        timing.Kernel, timing.Case, timing.Seconds * 1e3, timing.Flops / timing.Seconds / 1e9, timing.Bytes / timing.Seconds / 1e9,
        limits.LeastSeconds(timing.Flops, timing.Bytes) / timing.Seconds);

    private static Machine Describe(Device device, MachineLimits limits) => new(
        device.Name, device.Accelerator.NumMultiprocessors, limits.FlopsOne / 1e9, limits.FlopsAll / 1e9, limits.Bandwidth / 1e9,
        limits.Pattern.Description(), limits.LaunchSeconds * 1e6);
}
