using System.Globalization;
using System.Text;
using GpuSeq.Engine;

namespace GpuSeq.Perf.Readme;

/// <summary>The README's benchmarks: when, where, how, and the times.</summary>
internal static class BenchmarkTable
{
    public const string Block = "bench";

    /// <summary>The table of a report.</summary>
    public static string Write(BenchmarkReport report, string command, DateTime date)
    {
        var machine = report.Machine;
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"""
            {machine.Processor}, {machine.Cores} cores, {date:yyyy-MM-dd}. Fused multiply-adds reach {machine.FmaGflopsOne:0} GFLOP/s
            on one core and {machine.FmaGflopsAll:0} on all, memory {machine.BandwidthGbs:0.0} GB/s ({machine.BandwidthPattern}). Share: the part of the
            limit that applies. Written by `{command}`.

            | kernel | case | ms | GFLOP/s | GB/s | share |
            | --- | --- | --: | --: | --: | --: |

            """);
        foreach (var result in report.Results)
        {
            var flops = result.Gflops > 0 ? result.Gflops.ToString("0.0", CultureInfo.InvariantCulture) : "";
            table.Append(
                CultureInfo.InvariantCulture,
                $"| `{result.Kernel}` | {result.Case} | {result.Ms:0.000} | {flops} | {result.Gbs:0.0} | {result.Share:0%} |\n");
        }
        return table.ToString();
    }
}
