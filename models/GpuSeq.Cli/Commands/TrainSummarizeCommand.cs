using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train summarize</c>.</summary>
internal static class TrainSummarizeCommand
{
    private const string Data = "A file of lines of text TAB summary, or a folder with train and dev in the names of its files; "
        + "without it, short reports made for this recipe.";

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            TransformerTask.Summarize, "A Transformer (encoder and decoder) learns to summarize from lines of text TAB summary.");
        var training = new TrainingArguments(command, Data, new()
        {
            Epochs = 20,
            Batch = 128,
            LearningRate = 1e-3f,
            Schedule = "inverse-sqrt,warmup=0.05",
            Metric = "rouge_l",
            AverageDecay = 0.999,
        });
        var form = new TransformerArguments(
            training, new(), new() { SourceVocabSize = 1, TargetVocabSize = 1, Kind = RewritingKind.Summarization, MaxPositions = 512 });

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = form.Run(start);
            var config = form.Config(start, config => config with { Kind = RewritingKind.Summarization });
            using var device = start.OpenDevice();
            var corpus = ParallelCorpus.Read(recipe, reverse: false, start.Options.Seed, BuiltInReports.Pairs);
            using var task = new TransformerTask(device, corpus, config, recipe, start.Options);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
