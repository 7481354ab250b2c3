using System.CommandLine;
using GpuSeq.Engine;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq validate</c>.</summary>
internal static class ValidateCommand
{
    private enum Shape
    {
        Row,
        Group,
    }

    public static Command Create(CommandOutput output)
    {
        var filter = KernelCommands.Filter();
        var quick = new Option<bool>("--quick") { Description = "Only the quick cases: every kernel with every option, but little work." };
        var shape = CommonOptions.OptionalChoice<Shape>(
            "--shape", "On a CPU: 'row' is what it computes with; 'group' runs the GPUs' kernels lane by lane, quick cases only.");
        var json = KernelCommands.JsonFile();
        var command = new Command("validate", "Hold every kernel against its definition in float64, and say how near it comes.")
        {
            filter, quick, shape, json,
        };
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            var file = call.GetValue(json);
            KernelCommands.CheckFolder(file);
            using var computer = device.Open(call);
            var form = call.GetValue(shape);
            if (form == Shape.Row && !computer.IsCpu)
                throw new WrongCallException($"Option '--shape row' is for CPUs; {computer.Id} computes with groups.");
            var options = new ValidationOptions
            {
                Filter = call.GetValue(filter),
                Quick = call.GetValue(quick),
                GroupShape = form == Shape.Group,
            };
            var reports = KernelCommands.WithProgress(output, progress => computer.Validate(options, progress).ToArray());
            if (!KernelCommands.IsStandardOutput(file))
                Show(output, reports);
            foreach (var failure in reports.SelectMany(report => report.Failures))
                output.Error(failure);
            KernelCommands.WriteJson(output, file, ForPrograms(computer, reports));
            return reports.All(report => report.Passed) ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static void Show(CommandOutput output, KernelReport[] reports)
    {
        output.Table(
            ["KERNEL", "CASES ", "WORST ", "SECONDS ", "RESULT"],
            reports.Select(report => new[]
            {
                report.Kernel,
                $"{report.Cases}",
                Format.Invariant($"{report.Worst:0.00}"),
                Format.Invariant($"{report.Seconds:0.0}"),
                report.Passed ? "passed" : $"FAILED {report.Failed}",
            }));
        var (cases, failed) = (reports.Sum(report => report.Cases), reports.Count(report => !report.Passed));
        var verdict = failed == 0 ? "all passed" : $"{failed} FAILED";
        var worst = reports.Max(report => report.Worst);
        output.Out.WriteLine(Format.Invariant(
            $"{reports.Length} kernels, {cases} cases, {verdict}; the largest error is {worst:0.00} of what is allowed"));
    }

    private static object ForPrograms(Device device, KernelReport[] reports) => new
    {
        Device = device.Id,
        Passed = reports.All(report => report.Passed),
        Results = reports.Select(report => new
        {
            report.Kernel,
            report.Cases,
            report.Failed,
            Worst = KernelCommands.Rounded(report.Worst),
            Seconds = KernelCommands.Rounded(report.Seconds),
        }),
    };
}
