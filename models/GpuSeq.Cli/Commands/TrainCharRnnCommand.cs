using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train char-rnn</c>.</summary>
internal static class TrainCharRnnCommand
{
    private const int SampleLength = 200;

    public static Command Create(CommandOutput output)
    {
        var command = new Command(CharRnnTask.Name, "A recurrent network learns to write text, character by character.");
        var training = new TrainingArguments(
            command, "A text file; without it, a small play.", new() { Epochs = 30, Batch = 16 });
        var cell = CommonOptions.Choice("--cell", "The kind of cell.", CellKind.Lstm);
        var hidden = CommonOptions.Number("--hidden", "The size of the state.", 128, 1);
        var layers = CommonOptions.Number("--layers", "Layers stacked on each other.", 1, 1);
        var embedding = CommonOptions.Number("--embedding", "The length of a character's vector.", 64, 1);
        var sequence = CommonOptions.Number("--seq-length", "Characters through which gradients go back.", 64, 1);
        var dropout = CommonOptions.Number("--dropout", "The share of values that is dropped between layers and before the output.", 0f, 0f, 0.99f);
        var tie = new Option<bool>("--tie") { Description = "Use the embedding as the output layer's weight too; --embedding must equal --hidden." };
        training.Add(cell, hidden, layers, embedding, sequence, dropout, tie);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new CharRnnRun { SequenceLength = start.Get(sequence) });
            var config = start.Config(CharRnnConfig.Load, new()
            {
                VocabSize = 1, // taken from the text
                Cell = start.Choice<CellKind>(cell),
                EmbeddingSize = start.Get(embedding),
                HiddenSize = start.Get(hidden),
                NumLayers = start.Get(layers),
                Dropout = start.Get(dropout),
                TieWeights = start.Get(tie),
            });
            if (config.TieWeights && config.EmbeddingSize != config.HiddenSize)
                throw new WrongCallException($"--tie needs --embedding {config.HiddenSize}, as large as --hidden, not {config.EmbeddingSize}.");
            using var device = start.OpenDevice();
            var text = recipe.Data is { } file ? TextFile.Read(file) : BuiltInText.Read();
            var validation = recipe.Validation is { } held ? TextFile.Read(held) : null;
            using var task = new CharRnnTask(
                device, text, recipe.Data ?? "the built-in text", config, start.Options.Batch, recipe.SequenceLength, start.Options.Seed,
                validation);
            var result = start.Train(output, task, recipe);
            if (!result.IsInterrupted && !start.IsJson)
            {
                output.Out.WriteLine("a sample:");
                output.Out.WriteLine(start.Sample(device, SampleLength));
            }
            return start.Finish(output, result);
        });
        return command;
    }
}
