using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using GpuSeq.Engine;
using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Perf;

/// <summary>Square matrix products, and those of a training step of the character model.</summary>
[MemoryDiagnoser]
[Config(typeof(Columns))]
public class GemmBenchmarks
{
    private Device _device = null!;
    private ArrayView<float> _a;
    private ArrayView<float> _b;
    private ArrayView<float> _c;

    public static IEnumerable<GemmSize> Sizes =>
    [
        new(256, 256, 256), new(1024, 1024, 1024), new(2048, 2048, 2048), new(64, 1024, 256), new(4096, 1024, 256),
    ];

    [ParamsSource(nameof(Sizes))]
    public GemmSize Size { get; set; } = new(256, 256, 256);

    [GlobalSetup]
    public void Open()
    {
        _device = Device.Open();
        _a = Operand(Size.M * Size.K);
        _b = Operand(Size.K * Size.N);
        _c = Operand(Size.M * Size.N);
    }

    [GlobalCleanup]
    public void Close() => _device.Dispose();

    [Benchmark]
    public void Multiply() => _device.Kernels.Gemm.Multiply(new GemmShape(Size.M, Size.N, Size.K) { TransposeB = true }, _a, _b, _c);

    private ArrayView<float> Operand(int length)
    {
        var view = _device.Pool.Rent((long)length * sizeof(float)).View<float>(length);
        _device.Kernels.Elementwise.Fill(view, 1f);
        return view;
    }

    /// <summary>The sizes of a product; a name for the table.</summary>
    public sealed record GemmSize(int M, int N, int K)
    {
        public double Flops => 2.0 * M * N * K;

        public override string ToString() => $"{M}x{N}x{K}";
    }

    private sealed class Columns : ManualConfig
    {
        public Columns() => AddColumn(new RateColumn());
    }

    private sealed class RateColumn : IColumn
    {
        public string Id => "Gflops";

        public string ColumnName => "GFLOP/s";

        public string Legend => "Floating-point operations in a nanosecond, by the mean time";

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
            summary[benchmarkCase]?.ResultStatistics is { } statistics
            && benchmarkCase.Parameters[nameof(Size)] is GemmSize size
                ? (size.Flops / statistics.Mean).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)
                : "?";

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
