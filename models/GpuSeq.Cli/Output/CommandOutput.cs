using System.Text.Json;
using GpuSeq.Models;
using Spectre.Console;

namespace GpuSeq.Cli;

/// <summary>Where a command writes: tables and bars on a terminal, plain lines in a pipe, one line for an error.</summary>
/// <param name="output">For results.</param>
/// <param name="error">For progress and messages.</param>
/// <param name="isTerminal">Whether a person watches the error output.</param>
public sealed class CommandOutput(TextWriter output, TextWriter error, bool isTerminal)
{
    /// <summary>For results.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>For progress and messages.</summary>
    public TextWriter Err { get; } = error;

    /// <summary>Whether a person watches the error output, where progress is drawn.</summary>
    public bool IsTerminal { get; } = isTerminal;

    /// <summary>Draws progress.</summary>
    public IAnsiConsole ProgressConsole { get; } = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(error) });

    /// <summary>The streams of this process.</summary>
    public static CommandOutput ForProcess() => new(Console.Out, Console.Error, !Console.IsErrorRedirected);

    /// <summary>Writes a table: aligned columns, readable by people and by tools that cut lines.</summary>
    /// <param name="header">The names of the columns; those that end in a blank are aligned to the right.</param>
    /// <param name="rows">The cells.</param>
    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend([.. header.Select(name => name.TrimEnd())]).ToArray();
        var widths = header.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, column) =>
                header[column].EndsWith(' ') ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            Out.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    /// <summary>Writes an object for programs.</summary>
    public void Json<T>(T value) => Out.WriteLine(JsonSerializer.Serialize(value, JsonStyle.Options));

    /// <summary>Writes a message about a failure.</summary>
    public void Error(string message) => Err.WriteLine($"gpuseq: {message}");
}
