using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train translate</c>.</summary>
internal static class TrainTranslateCommand
{
    private const string Data = "A file of lines of source TAB translation, or a folder with train and dev in the names of its files; "
        + "without it, sentences of a small grammar.";

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            TransformerTask.Translate, "A Transformer (encoder and decoder) learns to translate from lines of source TAB translation.");
        var training = new TrainingArguments(command, Data, new()
        {
            Epochs = 30,
            Batch = 256,
            LearningRate = 1e-3f,
            Schedule = "inverse-sqrt,warmup=0.05",
            Metric = "bleu",
            AverageDecay = 0.999,
        });
        var separate = new Option<bool>("--separate") { Description = "Learn tokens of source and target apart, each with vectors of its own." };
        var reverse = new Option<bool>("--reverse") { Description = "Translate from the second column to the first." };
        training.Add(separate, reverse);
        var form = new TransformerArguments(training, new(), new() { SourceVocabSize = 1, TargetVocabSize = 1 });

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = form.Run(start);
            var config = form.Config(start, config => config with
            {
                SharedVocabulary = !start.Get(separate),
                Reverse = start.Get(reverse),
            });
            using var device = start.OpenDevice();
            var corpus = ParallelCorpus.Read(recipe, config.Reverse, start.Options.Seed);
            using var task = new TransformerTask(device, corpus, config, recipe, start.Options);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
