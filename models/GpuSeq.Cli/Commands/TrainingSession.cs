using System.Diagnostics;
using GpuSeq.Models;
using Spectre.Console;

namespace GpuSeq.Cli.Commands;

/// <summary>Runs a training in front of a person or in a pipe: progress, Ctrl-C, what came of it.</summary>
internal static class TrainingSession
{
    private const double SecondsBetweenLines = 5;
    private const int BarSteps = 1000;
    private const int MostMeasures = 2;

    /// <summary>Trains, and shows how it goes.</summary>
    public static TrainingResult Run(
        CommandOutput output, ITrainingTask task, TrainingOptions options, RunFolder run, bool isResumed, string? tensorBoard)
    {
        using var trainer = new Trainer(task, options, run) { TensorBoardFolder = tensorBoard };
        if (isResumed)
            trainer.Resume();
        using var interrupt = new CancellationTokenSource();
        void Cancel(object? sender, ConsoleCancelEventArgs signal)
        {
            signal.Cancel = true; // the program saves and ends by itself
            interrupt.Cancel();
        }
        Console.CancelKeyPress += Cancel;
        using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM,
            signal =>
            {
                signal.Cancel = true;
                interrupt.Cancel();
            });
        try
        {
            output.Err.WriteLine(
                $"{task.Recipe}: {Format.Count(task.Parameters.Count)} parameters on {task.Device.Name}, "
                + Format.Invariant($"{trainer.StepsPerEpoch:0.#} steps an epoch, run in {run.Path}"));
            trainer.Notice = output.Err.WriteLine;
            return output.IsTerminal
                ? RunWithBar(output, trainer, task.Items, interrupt.Token)
                : RunWithLines(output, trainer, task.Items, interrupt.Token);
        }
        finally
        {
            Console.CancelKeyPress -= Cancel;
        }
    }

    /// <summary>Says what came of it.</summary>
    public static int Finish(CommandOutput output, TrainingResult result, RunFolder run, string goal, bool isJson, string recipe)
    {
        if (result.IsInterrupted)
        {
            output.Err.WriteLine($"stopped after step {result.Steps}; go on with: gpuseq train {recipe} --out {run.Path} --resume");
            return ExitCode.Failure;
        }
        if (isJson)
        {
            output.Json(new
            {
                Run = run.Path,
                result.Steps,
                result.Evaluation!.Loss,
                result.BestLoss,
                result.Evaluation.Metrics,
                TokensPerSecond = Math.Round(result.ItemsPerSecond),
            });
            return ExitCode.Success;
        }
        output.Out.WriteLine(Format.Invariant(
            $"validation {Measures(result.Evaluation!)}; best {goal.Replace('_', ' ')} {result.Best:0.0000}, after {result.Steps} steps; the best model is in {run.Path}, all about it in {run.Report}"));
        return ExitCode.Success;
    }

    private static TrainingResult RunWithBar(CommandOutput output, Trainer trainer, string items, CancellationToken cancellation)
    {
        var bar = output.ProgressConsole.Progress();
        bar.AutoClear = true;
        bar.Columns(
            new ProgressBarColumn(), new PercentageColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left });
        return bar.Start(context =>
        {
            var line = context.AddTask("starting", maxValue: BarSteps);
            return trainer.Run(
                progress =>
                {
                    line.Value = progress.Share * BarSteps;
                    if (progress.Evaluation is null)
                        line.Description = Markup.Escape(Describe(progress, items));
                    else
                        output.ProgressConsole.WriteLine(DescribeEvaluation(progress));
                },
                cancellation);
        });
    }

    private static TrainingResult RunWithLines(CommandOutput output, Trainer trainer, string items, CancellationToken cancellation)
    {
        var last = Stopwatch.StartNew();
        return trainer.Run(
            progress =>
            {
                if (progress.Evaluation is not null)
                {
                    output.Err.WriteLine(DescribeEvaluation(progress));
                }
                else if (last.Elapsed.TotalSeconds >= SecondsBetweenLines)
                {
                    output.Err.WriteLine(Describe(progress, items));
                    last.Restart();
                }
            },
            cancellation);
    }

    private static string Describe(TrainingProgress progress, string items) => Format.Invariant(
        $"step {progress.Step}  epoch {progress.Epoch:0.00}  loss {progress.Loss:0.0000}  {Format.Count(progress.ItemsPerSecond)} {items}/s  {Format.Duration(progress.Remaining)} left");

    private static string DescribeEvaluation(TrainingProgress progress) => Format.Invariant(
        $"step {progress.Step}  epoch {progress.Epoch:0.00}  validation {Measures(progress.Evaluation!)}{(progress.IsBest ? "  (best)" : "")}");

    // The loss and the recipe's first measures; all of them are in the log.
    private static string Measures(Evaluation evaluation) => string.Join(", ", evaluation.Metrics.Take(MostMeasures)
        .Select(metric => Format.Invariant($"{metric.Key.Replace('_', ' ')} {metric.Value:0.0000}"))
        .Prepend(Format.Invariant($"loss {evaluation.Loss:0.0000}")));
}
