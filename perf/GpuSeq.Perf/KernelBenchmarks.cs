using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using GpuSeq.Kernels.Validation;

namespace GpuSeq.Perf;

/// <summary>Every benchmark case of every kernel, on a device that the environment may name.</summary>
/// <remarks>
/// Operands are the same from call to call: where they fit into a cache, a kernel that memory limits looks faster here than in
/// <c>gpuseq bench</c>, which takes turns over several copies of them.
/// </remarks>
[MemoryDiagnoser]
[Config(typeof(Rates))]
public class KernelBenchmarks
{
    private Engine.Device _device = null!;
    private CaseOperands _operands = null!;

    /// <summary>The devices: the one that GPUSEQ_DEVICE names, or the CPU.</summary>
    public static IEnumerable<string> Devices => [Environment.GetEnvironmentVariable("GPUSEQ_DEVICE") ?? "cpu"];

    public static IEnumerable<string> Cases => KernelCases.Benchmarks.Select(kernelCase => kernelCase.ToString());

    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "cpu";

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    /// <summary>The case of a name.</summary>
    public static KernelCase Find(string name) => KernelCases.Benchmarks.First(kernelCase => kernelCase.ToString() == name);

    [GlobalSetup]
    public void Open()
    {
        _device = Engine.Device.Open(Device);
        _operands = new CaseOperands(_device.Kernels, Find(Case));
    }

    [GlobalCleanup]
    public void Close()
    {
        _operands.Dispose();
        _device.Dispose();
    }

    [Benchmark]
    public void Launch()
    {
        _operands.Launch();
        _device.Synchronize();
    }

    private sealed class Rates : ManualConfig
    {
        public Rates() => AddColumn(
            new RateColumn("GFLOP/s", "10^9 floating-point operations a second, by the median time", kernelCase => kernelCase.Flops),
            new RateColumn("GB/s", "10^9 bytes a second that must move at least, by the median time", kernelCase => kernelCase.Bytes));
    }
}
