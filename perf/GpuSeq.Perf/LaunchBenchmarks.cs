using BenchmarkDotNet.Attributes;
using GpuSeq.Engine;
using ILGPU;

namespace GpuSeq.Perf;

/// <summary>What a launch costs that does next to nothing: one work item, run by the caller.</summary>
[MemoryDiagnoser]
public class LaunchBenchmarks
{
    private Device _device = null!;
    private ArrayView<float> _view;

    [GlobalSetup]
    public void Open()
    {
        _device = Device.Open();
        _view = _device.Pool.Rent(64).View<float>(16);
    }

    [GlobalCleanup]
    public void Close() => _device.Dispose();

    [Benchmark]
    public void OneItem() => _device.Kernels.Elementwise.Fill(_view, 1f);
}
