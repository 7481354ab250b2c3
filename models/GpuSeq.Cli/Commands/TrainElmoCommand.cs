using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train elmo</c>.</summary>
internal static class TrainElmoCommand
{
    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            ElmoTask.Name,
            "ELMo: language models of both directions read words by their characters; their layers are features for other models.");
        var training = new TrainingArguments(
            command, "A text file, or a folder of them; without it, a small play.", new() { Epochs = 10, Batch = 16 });
        var sequence = CommonOptions.Number("--seq-length", "Words through which gradients go back.", 24, 1);
        var hidden = CommonOptions.Number("--hidden", "The size of the cells.", 256, 1);
        var projection = CommonOptions.Number("--projection", "The size of the states, and of the features of each direction.", 128, 1);
        var layers = CommonOptions.Number("--layers", "LSTM layers of each direction.", 2, 1);
        var highways = CommonOptions.Number("--highways", "Highway layers over the characters' filters.", 1, 0);
        var dropout = CommonOptions.Number("--dropout", "The share of values that is dropped before each layer.", 0.3f, 0f, 0.99f);
        training.Add(sequence, hidden, projection, layers, highways, dropout);
        var text = new CorpusArguments(training, minCount: 1, maxVocabulary: 8000, keepsCase: true);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new ElmoRun
            {
                SequenceLength = start.Get(sequence),
                MinCount = start.Get(text.MinCount),
                MaxVocabulary = start.Get(text.MaxVocabulary),
            });
            var config = start.Config(ElmoConfig.Load, new()
            {
                VocabSize = 1, // taken from the text
                Text = text.Options(start, dropsPunctuation: false),
                HiddenSize = start.Get(hidden),
                Projection = start.Get(projection),
                NumLayers = start.Get(layers),
                Highways = start.Get(highways),
                Dropout = start.Get(dropout),
            });
            using var device = start.OpenDevice();
            var (corpus, validation) = CorpusArguments.Read(recipe, config.Text, () => NamesInContext.Text);
            using var task = new ElmoTask(device, corpus, config, recipe, start.Options.Batch, start.Options.Seed, validation);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
