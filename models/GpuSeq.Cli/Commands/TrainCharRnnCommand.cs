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
        var training = new TrainingArguments(command, new() { Epochs = 30, Batch = 16 });
        var cell = CommonOptions.Choice("--cell", "The kind of cell.", CellKind.Lstm);
        var hidden = CommonOptions.Number("--hidden", "The size of the state.", 128, 1);
        var layers = CommonOptions.Number("--layers", "Layers stacked on each other.", 1, 1);
        var embedding = CommonOptions.Number("--embedding", "The length of a character's vector.", 64, 1);
        var sequence = CommonOptions.Number("--seq-length", "Characters through which gradients go back.", 64, 1);
        var dropout = CommonOptions.Number("--dropout", "The share of values that is dropped between layers and before the output.", 0f, 0f, 0.99f);
        foreach (var option in new Option[] { cell, hidden, layers, embedding, sequence, dropout })
            command.Add(option);

        command.SetAction(given =>
        {
            var call = training.WithConfigFile(given);
            var run = training.Run(call);
            var isResumed = call.GetValue(training.Resume);
            var options = training.Options(call, run);
            var recipe = isResumed
                ? CharRnnRun.Load(run)
                : new CharRnnRun
                {
                    Data = call.GetValue(training.Data) is { } data ? Path.GetFullPath(data) : null,
                    SequenceLength = call.GetValue(sequence),
                };
            var config = isResumed
                ? CharRnnConfig.Load(run.Config)
                : new()
                {
                    VocabSize = 1, // taken from the text
                    Cell = Enum.Parse<CellKind>(call.GetValue(cell)!, ignoreCase: true),
                    EmbeddingSize = call.GetValue(embedding),
                    HiddenSize = call.GetValue(hidden),
                    NumLayers = call.GetValue(layers),
                    Dropout = call.GetValue(dropout),
                };
            using var device = training.Device.Open(call);
            var text = recipe.Data is { } file ? TextFile.Read(file) : BuiltInText.Read();
            using var task = new CharRnnTask(
                device, text, recipe.Data ?? "the built-in text", config, options.Batch, recipe.SequenceLength, options.Seed);
            run.Create();
            recipe.Save(run);
            var result = TrainingSession.Run(output, task, options, run, isResumed, call.GetValue(training.TensorBoard));
            if (!result.IsInterrupted && !call.GetValue(training.Json))
            {
                using var generator = CharGenerator.Load(device, run.Path);
                output.Out.WriteLine("a sample:");
                foreach (var character in generator.Write("", SampleLength, new() { Temperature = 0.8f }))
                    output.Out.Write(character);
                output.Out.WriteLine();
            }
            return TrainingSession.Finish(output, result, run, call.GetValue(training.Json), command.Name);
        });
        return command;
    }
}
