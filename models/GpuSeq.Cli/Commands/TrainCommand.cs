using System.CommandLine;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train</c>: one command below it for each recipe.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandOutput output) =>
        new("train", "Train a model by a recipe. Ctrl-C saves; --resume goes on.")
        {
            TrainCharRnnCommand.Create(output),
            TrainMlpCommand.Create(output),
            TrainSeq2SeqCommand.Create(output),
        };
}
