using System.CommandLine;
using System.Text.Json;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models;
using Spectre.Console;

namespace GpuSeq.Cli.Commands;

/// <summary>What <c>gpuseq validate</c> and <c>gpuseq bench</c> have in common.</summary>
internal static class KernelCommands
{
    private const string StandardOutput = "-";

    public static Option<string?> Filter() => new("--filter")
    {
        Description = "A part of kernels' names, such as 'norm', or of a case's with its kernel, such as 'gemm 1024x1024x1024'.",
        HelpName = "NAME",
    };

    public static Option<string?> JsonFile() => new("--json")
    {
        Description = "Write the results as JSON to a file; '-' writes them in place of the table.",
        HelpName = "FILE",
    };

    public static bool IsStandardOutput(string? file) => file == StandardOutput;

    /// <summary>Fails at once where a file could not be written at the end.</summary>
    public static void CheckFolder(string? file)
    {
        var folder = file is null || IsStandardOutput(file) ? null : Path.GetDirectoryName(Path.GetFullPath(file));
        if (folder is not null && !Directory.Exists(folder))
            throw new IOException($"There is no folder {folder} to write {Path.GetFileName(file)} to.");
    }

    public static void WriteJson(CommandOutput output, string? file, object value)
    {
        if (IsStandardOutput(file))
            output.Json(value);
        else if (file is not null)
            AtomicFile.Write(file, stream => JsonSerializer.Serialize(stream, value, JsonStyle.Options));
    }

    /// <summary>Digits that are worth keeping of a measurement.</summary>
    public static double Rounded(double value)
    {
        const int Digits = 4;
        if (value == 0 || !double.IsFinite(value))
            return value;
        var decimals = Digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return decimals >= 0 ? Math.Round(value, Math.Min(decimals, 15)) : Math.Round(value);
    }

    /// <summary>Writes a line above the bar, or where there is none.</summary>
    public static void Note(CommandOutput output, string line)
    {
        if (output.IsTerminal)
            output.ProgressConsole.WriteLine(line);
        else
            output.Err.WriteLine(line);
    }

    /// <summary>Runs work that tells how far it has come: a bar before a person, a line for each kernel in a pipe.</summary>
    public static T WithProgress<T>(CommandOutput output, Func<Action<CaseProgress>, T> work)
    {
        if (!output.IsTerminal)
        {
            string? last = null;
            return work(progress =>
            {
                if (progress.Kernel != last)
                    output.Err.WriteLine($"{progress.Done + 1}/{progress.Total} {progress.Kernel}");
                last = progress.Kernel;
            });
        }
        var bar = output.ProgressConsole.Progress();
        bar.AutoClear = true;
        bar.Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left });
        return bar.Start(context =>
        {
            var line = context.AddTask("starting");
            return work(progress =>
            {
                line.MaxValue = progress.Total;
                line.Value = progress.Done;
                line.Description = Markup.Escape($"{progress.Kernel} {progress.Case}");
            });
        });
    }
}
