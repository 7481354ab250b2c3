using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train cnn</c>.</summary>
internal static class TrainCnnCommand
{
    private const int BuiltInImages = 1000;

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            CnnTask.Name, "A convolutional network learns to read digits: drawn ones, or a folder with the files of MNIST.");
        var training = new TrainingArguments(
            command, "A folder with MNIST's files, compressed or not; without it, drawn digits.",
            new() { Epochs = 15, Batch = 64, LearningRate = 2e-3f, Schedule = "cosine,warmup=0.05" });
        var dropout = CommonOptions.Number("--dropout", "The share of values around the dense layer that is dropped.", 0.4f, 0f, 0.99f);
        training.Add(dropout);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new RecipeData());
            var config = start.Config(CnnConfig.Load, new()
            {
                Height = 0, // taken from the images, as their classes
                Width = 0,
                Classes = [],
                Dropout = start.Get(dropout),
            });
            using var device = start.OpenDevice();
            var images = recipe.Data is { } folder ? ImageFolder.ReadTrain(folder) : DrawnDigits.Draw(BuiltInImages, seed: 1);
            var validation = recipe.Validation is { } held ? ImageFolder.ReadToMeasure(held)
                : recipe.Data is { } data ? ImageFolder.ReadTest(data) : null;
            using var task = new CnnTask(device, images, config, start.Options.Batch, start.Options.Seed, validation);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
