using System.CommandLine;
using System.CommandLine.Parsing;
using GpuSeq.Cli.Commands;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models;

namespace GpuSeq.Cli;

/// <summary>What a call ends with.</summary>
public static class ExitCode
{
    /// <summary>It did what it was asked.</summary>
    public const int Success = 0;

    /// <summary>It could not; one line on the error output says why.</summary>
    public const int Failure = 1;

    /// <summary>The call itself was wrong.</summary>
    public const int WrongCall = 2;
}

/// <summary>The <c>gpuseq</c> command.</summary>
public static class GpuSeqCommand
{
    /// <summary>Runs a call.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="output">Where results and messages go.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, CommandOutput output)
    {
        var root = new RootCommand("Sequence models for .NET: train them, use them, look into their files.")
        {
            DevicesCommand.Create(output),
            ValidateCommand.Create(output),
            BenchCommand.Create(output),
            KernelsCommand.Create(output),
            TrainCommand.Create(output),
            EvalCommand.Create(output),
            ReportCommand.Create(output),
            GenerateCommand.Create(output),
            PromptCommand.Create(output),
            ClassifyCommand.Create(output),
            TagCommand.Create(output),
            AnswerCommand.Create(output),
            TranslateCommand.Create(output),
            SummarizeCommand.Create(output),
            EmbedCommand.Create(output),
            FillMaskCommand.Create(output),
            SimilarCommand.Create(output),
            AttentionCommand.Create(output),
            TokenizerCommand.Create(output),
            InspectCommand.Create(output),
        };
        var call = root.Parse(args);
        if (call.Errors.Count > 0)
        {
            var names = new Stack<string>();
            for (SymbolResult? result = call.CommandResult; result is CommandResult { Parent: not null } command; result = command.Parent)
                names.Push(command.Command.Name);
            var path = string.Join(' ', names.Prepend("gpuseq"));
            foreach (var error in call.Errors)
                output.Error(error.Message);
            output.Error($"'{path} --help' shows how it is called.");
            return ExitCode.WrongCall;
        }
        try
        {
            return call.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = output.Out,
                Error = output.Err,
                ProcessTerminationTimeout = null, // Ctrl-C is the commands' own: training saves before it ends
            });
        }
        catch (Exception exception) when (exception is WrongCallException or KernelNameException)
        {
            output.Error(exception.Message);
            return ExitCode.WrongCall;
        }
        catch (LoadException exception)
        {
            foreach (var line in exception.Message.Split('\n'))
                output.Error(line);
            return ExitCode.Failure;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            output.Error(OneLine(exception.Message));
            return ExitCode.Failure;
        }
    }

    // What bad files, bad data, a missing device or a full disk end in. Anything else is a fault of the program and shows itself whole.
    private static bool IsExpected(Exception exception) => exception
        is CheckpointException or DataException or TrainingException or IOException or UnauthorizedAccessException
        || Device.IsFailure(exception);

    private static string OneLine(string message) => string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>A call that is wrong in a way that only the command can see.</summary>
/// <param name="message">What is wrong.</param>
public sealed class WrongCallException(string message) : Exception(message);
