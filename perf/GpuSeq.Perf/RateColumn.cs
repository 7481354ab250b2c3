using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using GpuSeq.Kernels.Validation;

namespace GpuSeq.Perf;

/// <summary>What a case does in a nanosecond.</summary>
/// <param name="name">The unit.</param>
/// <param name="legend">What it means.</param>
/// <param name="amount">What a call does.</param>
internal sealed class RateColumn(string name, string legend, Func<KernelCase, double> amount) : IColumn
{
    public string Id => name;

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
            return "?";
        var done = amount(KernelBenchmarks.Find((string)benchmarkCase.Parameters[nameof(KernelBenchmarks.Case)]));
        return done > 0 ? (done / statistics.Median).ToString("0.0", CultureInfo.InvariantCulture) : "";
    }

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
}
