using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train sentiment</c>.</summary>
internal static class TrainSentimentCommand
{
    /// <summary>What data it takes, for help.</summary>
    public const string Data = "Texts named by label: files of a text a line, folders or a zip of a text a file, TSV or CSV; without it, "
        + "generated opinions.";

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            TextClassificationTask.Name, "A recurrent network learns what texts are, such as praise or complaint, from labelled examples.");
        var training = new TrainingArguments(
            command, Data, new() { Epochs = 15, Batch = 32, LearningRate = 2e-3f, AverageDecay = 0.995, Metric = "accuracy" });
        var cell = CommonOptions.Choice("--cell", "The kind of cell.", CellKind.Lstm);
        var hidden = CommonOptions.Number("--hidden", "The size of the state of each direction.", 64, 1);
        var layers = CommonOptions.Number("--layers", "Layers stacked on each other.", 1, 1);
        var bidirectional = new Option<bool>("--bidirectional")
        {
            Description = "Read also from the end; false reads in one direction only.",
            DefaultValueFactory = _ => true,
        };
        var pooling = CommonOptions.Choice(
            "--pooling", "How the states of all words become one vector: the last, their mean, their largest values, or attention.",
            PoolingKind.Attention);
        var embedding = CommonOptions.Number("--embedding", "The length of a word's vector.", 64, 1);
        var dropout = CommonOptions.Number(
            "--dropout", "The share of values that is dropped of word vectors, between layers and before the output.", 0.5f, 0f, 0.99f);
        var wordDropout = CommonOptions.Number("--word-dropout", "The share of words that are made unknown in training.", 0.3f, 0f, 0.99f);
        var minCount = CommonOptions.Number("--min-count", "Words that occur less often are not known.", 2, 1);
        var maxLength = CommonOptions.Number("--max-length", "The words of a text that are read.", 256, 1);
        training.Add(
            cell, hidden, layers, bidirectional, pooling, embedding, dropout, wordDropout, minCount, maxLength);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(
                new TextClassificationRun { MinCount = start.Get(minCount), WordDropout = start.Get(wordDropout) });
            var config = start.Config(TextClassifierConfig.Load, new()
            {
                VocabSize = 0, // taken from the texts, as the labels
                Labels = [],
                Cell = start.Choice<CellKind>(cell),
                EmbeddingSize = start.Get(embedding),
                HiddenSize = start.Get(hidden),
                NumLayers = start.Get(layers),
                Bidirectional = start.Get(bidirectional),
                Pooling = start.Choice<PoolingKind>(pooling),
                Dropout = start.Get(dropout),
                MaxLength = start.Get(maxLength),
            });
            using var device = start.OpenDevice();
            var texts = recipe.Data is { } path ? LabelledTexts.Read(path) : BuiltInOpinions.Create();
            if (recipe.Validation is { } held)
                texts = texts with { Dev = LabelledTexts.Read(held).Measured };
            using var task = new TextClassificationTask(device, texts, config, recipe, start.Options.Batch, start.Options.Seed);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
