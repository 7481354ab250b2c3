using System.CommandLine;
using System.Globalization;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train mlp</c>.</summary>
internal static class TrainMlpCommand
{
    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            MlpTask.Name, "A perceptron learns a table: exclusive or, or the columns of a CSV file whose first line names them.");
        var training = new TrainingArguments(
            command, "A CSV file whose first line names the columns; without it, exclusive or.",
            new() { Epochs = 2000, Batch = 32, LearningRate = 0.05f, ClipNorm = 0f });
        var target = new Option<string?>("--target") { Description = "The column to predict (default: the last).", HelpName = "COLUMN" };
        var hidden = new Option<int[]>("--hidden")
        {
            Description = "The sizes of the hidden layers, such as 64,32.",
            HelpName = "N[,N...]",
            DefaultValueFactory = _ => [4],
            CustomParser = result =>
            {
                var parts = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
                if (parts.All(part => int.TryParse(part, CultureInfo.InvariantCulture, out var size) && size > 0))
                    return [.. parts.Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
                result.AddError($"Option '--hidden' takes sizes of layers, such as 64,32, not '{result.Tokens[0].Value}'.");
                return [];
            },
        };
        var activation = CommonOptions.Choice("--activation", "The activation of the hidden layers.", MlpActivation.Sigmoid);
        var loss = new Option<string>("--loss")
        {
            Description = "For classes: squared-error of sigmoid outputs, or cross-entropy. Numbers are learned by their squared error.",
            DefaultValueFactory = _ => "squared-error",
        };
        loss.AcceptOnlyFromAmong("squared-error", "cross-entropy");
        var dropout = CommonOptions.Number("--dropout", "The share of hidden values that is dropped.", 0f, 0f, 0.99f);
        var recompute = new Option<bool>("--recompute") { Description = "Compute hidden layers again in the backward pass, to save memory." };
        training.Add(target, hidden, activation, loss, dropout, recompute);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new MlpRun { Target = start.Get(target) });
            var config = start.Config(MlpConfig.Load, new()
            {
                Features = [], // taken from the table, as all else that is empty
                Means = [],
                Deviations = [],
                Target = "",
                Classes = [],
                Hidden = start.Get(hidden),
                Activation = start.Choice<MlpActivation>(activation),
                Loss = start.Get(loss) == "cross-entropy" ? MlpLoss.CrossEntropy : MlpLoss.SquaredError,
                Dropout = start.Get(dropout),
                Recomputes = start.Get(recompute),
            });
            using var device = start.OpenDevice();
            var table = recipe.Data is { } file ? Table.Read(file, recipe.Target) : Table.Xor;
            var validation = recipe.Validation is { } held ? Table.Read(held, table.Target) : null;
            using var task = new MlpTask(device, table, config, start.Options.Batch, start.Options.Seed, validation);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
