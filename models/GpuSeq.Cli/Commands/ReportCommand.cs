using System.CommandLine;
using GpuSeq.Models;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.TensorBoard;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq report</c>.</summary>
internal static class ReportCommand
{
    private const string FileName = "report.html";

    public static Command Create(CommandOutput output)
    {
        var folders = new Argument<string[]>("RUN")
        {
            Description = "The folders of runs; several are laid over each other in the same plots.",
            Arity = ArgumentArity.OneOrMore,
        };
        var file = new Option<string?>("--out")
        {
            Description = $"The page to write (default: {FileName} in the run's folder, or here for several runs).",
            HelpName = "FILE",
        };
        var tensorBoard = new Option<string?>("--tensorboard")
        {
            Description = "Write the logs as events for TensorBoard too, each run in a folder of its name below this one.",
            HelpName = "DIR",
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "report", "Show runs on one page: curves, figures, settings, samples. It opens in any browser, without a network.")
        {
            folders, file, tensorBoard, json,
        };
        command.SetAction(call =>
        {
            var runs = TrainingRun.Load(call.GetValue(folders)!.Select(folder => new RunFolder(folder)));
            foreach (var run in runs.Where(run => run.MalformedLines.Count > 0))
                output.Err.WriteLine(MalformedNote.Of(run));
            var path = call.GetValue(file) ?? (runs.Count == 1 ? runs[0].Folder.Report : FileName);
            KernelCommands.CheckFolder(path);
            RunReport.Write(runs, path);
            if (call.GetValue(tensorBoard) is { } folder)
                WriteEvents(runs, folder);
            if (call.GetValue(json))
                output.Json(ForPrograms(runs, path));
            else
                output.Out.WriteLine(path);
            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteEvents(IReadOnlyList<TrainingRun> runs, string folder)
    {
        foreach (var run in runs)
        {
            using var log = new TensorBoardLog(Path.Combine(folder, run.Name));
            log.Add(run);
        }
    }

    private static object ForPrograms(IReadOnlyList<TrainingRun> runs, string path) => new
    {
        Report = path,
        Runs = runs.Select(run =>
        {
            var summary = RunSummary.Of(run);
            return new
            {
                Run = run.Folder.Path,
                run.Recipe,
                summary.Steps,
                summary.Epochs,
                Best = Evaluation(summary.Best),
                Last = Evaluation(summary.Last),
                summary.TrainLoss,
                summary.TokensPerSecond,
                summary.MemoryBytes,
                SkippedLines = run.MalformedLines,
            };
        }),
    };

    private static object? Evaluation(LoggedLine? line) => line is null ? null : new { line.Step, line.Values };
}
