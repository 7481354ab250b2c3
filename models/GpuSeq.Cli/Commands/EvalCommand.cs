using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq eval</c>.</summary>
internal static class EvalCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN") { Description = "The folder of a run or a model." };
        var data = new Option<string>("--data")
        {
            Description = "What to measure on: a file or folder in a format that the recipe takes.",
            HelpName = "PATH",
            Required = true,
        };
        var json = CommonOptions.Json();
        var command = new Command("eval", "Measure a trained model on data that it has not seen.") { folder, data, json };
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            using var computer = device.Open(call);
            var evaluation = TrainedModels.Evaluate(computer, new(call.GetValue(folder)!), call.GetValue(data)!);
            var metrics = evaluation.Metrics.Concat(evaluation.ByClass).ToDictionary();
            if (call.GetValue(json))
            {
                output.Json(new { evaluation.Loss, Metrics = metrics, evaluation.Examples, evaluation.Seconds });
                return ExitCode.Success;
            }
            var rows = double.IsNaN(evaluation.Loss) ? metrics : metrics.Prepend(new("loss", evaluation.Loss));
            output.Table(["MEASURE", "VALUE "], rows.Select(row => new[] { row.Key, Format.Invariant($"{row.Value:0.0000}") }));
            output.Err.WriteLine(Format.Invariant($"{evaluation.Examples} examples in {evaluation.Seconds:0.0} s"));
            return ExitCode.Success;
        });
        return command;
    }
}
