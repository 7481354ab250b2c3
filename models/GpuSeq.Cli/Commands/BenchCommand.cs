using System.CommandLine;
using GpuSeq.Engine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq bench</c>.</summary>
internal static class BenchCommand
{
    public static Command Create(CommandOutput output)
    {
        var filter = KernelCommands.Filter();
        var json = KernelCommands.JsonFile();
        var command = new Command("bench", "Time the kernels that pass their checks, against the limits of the machine.")
        {
            filter, json,
        };
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            var file = call.GetValue(json);
            KernelCommands.CheckFolder(file);
            using var computer = device.Open(call);
            void ShowMachine(Machine machine) => KernelCommands.Note(output, Describe(machine));
            var report = KernelCommands.WithProgress(
                output, progress => computer.Benchmark(call.GetValue(filter), ModelBenchmarks.All, ShowMachine, progress));
            if (!KernelCommands.IsStandardOutput(file))
                Show(output, report);
            foreach (var failure in report.Failures)
                output.Error($"not timed: {failure}");
            KernelCommands.WriteJson(output, file, ForPrograms(computer, report));
            return report.Failures.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static string Describe(Machine machine) =>
        $"{machine.Processor}, {machine.Cores} cores: "
        + Format.Invariant($"{machine.FmaGflopsOne:0} GFLOP/s on one, {machine.FmaGflopsAll:0} on all; ")
        + Format.Invariant($"memory {machine.BandwidthGbs:0.0} GB/s ({machine.BandwidthPattern}); a launch {machine.LaunchUs:0.00} us");

    private static void Show(CommandOutput output, BenchmarkReport report)
    {
        output.Out.WriteLine(Describe(report.Machine));
        output.Table(
            ["KERNEL", "CASE", "MS ", "GFLOP/S ", "GB/S ", "SHARE "],
            report.Results.Select(result => new[]
            {
                result.Kernel,
                result.Case,
                Format.Number(result.Ms),
                result.Gflops > 0 ? Format.Invariant($"{result.Gflops:0.0}") : "",
                Format.Invariant($"{result.Gbs:0.0}"),
                Format.Invariant($"{result.Share:0%}"),
            }));
    }

    private static object ForPrograms(Device device, BenchmarkReport report) => new
    {
        Machine = new
        {
            report.Machine.Processor,
            report.Machine.Cores,
            FmaGflopsOne = KernelCommands.Rounded(report.Machine.FmaGflopsOne),
            FmaGflopsAll = KernelCommands.Rounded(report.Machine.FmaGflopsAll),
            BandwidthGbs = KernelCommands.Rounded(report.Machine.BandwidthGbs),
            LaunchUs = KernelCommands.Rounded(report.Machine.LaunchUs),
        },
        Results = report.Results.Select(result => new
        {
            result.Kernel,
            result.Case,
            Device = device.Id,
            Ms = KernelCommands.Rounded(result.Ms),
            Gflops = KernelCommands.Rounded(result.Gflops),
            Gbs = KernelCommands.Rounded(result.Gbs),
            Share = KernelCommands.Rounded(result.Share),
        }),
    };
}
