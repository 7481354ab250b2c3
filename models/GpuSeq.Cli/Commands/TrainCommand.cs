using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train</c>: one command below it for each recipe.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandOutput output) =>
        new("train", "Train a model by a recipe. Ctrl-C saves; --resume goes on.")
        {
            TrainCharRnnCommand.Create(output),
            TrainElmoCommand.Create(output),
            TrainElmoLabelsCommand.Create(output, LabelUnit.Sentence),
            TrainElmoLabelsCommand.Create(output, LabelUnit.Word),
            TrainCnnCommand.Create(output),
            TrainGradientFlowCommand.Create(output),
            TrainMlpCommand.Create(output),
            TrainSentimentCommand.Create(output),
            TrainTaggerCommand.Create(output),
            TrainNnlmCommand.Create(output),
            TrainWord2VecCommand.Create(output),
        };
}
