using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train gradient-flow</c>.</summary>
internal static class TrainGradientFlowCommand
{
    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            GradientFlowTask.Name, "RNN, LSTM and GRU remember a symbol: how their gradients vanish or explode on the way back through time.");
        var training = new TrainingArguments(command, data: null, new()
        {
            Epochs = 8,
            Batch = 32,
            Optimizer = OptimizerKind.Sgd, // whose steps are as large as gradients are
            LearningRate = 0.1f,
            Schedule = "cosine",
            ClipNorm = 0.25f,
            ClipValue = 0.01f,
        });
        var cells = Choices<FlowCell>(
            "--cells", "The networks: rnn, lstm, gru, and exploding, an RNN whose recurrent weights begin too large (default: all).");
        var clipping = Choices<FlowClipping>(
            "--clipping",
            "What is done to gradients: none, norm (to --clip), value (to --clip-value); each network is trained with each (default: all).");
        var steps = CommonOptions.Number("--seq-length", "Time steps over which the symbol must be remembered.", 30, 2);
        var symbols = CommonOptions.Number("--symbols", "Different symbols to remember.", 4, 2);
        var hidden = CommonOptions.Number("--hidden", "The size of the state.", 32, 1);
        var embedding = CommonOptions.Number("--embedding", "The length of a symbol's vector.", 16, 1);
        var forget = CommonOptions.Number("--forget-bias", "Where the biases of an LSTM's forget gates and a GRU's update gates begin.", 3f, -100f, 100f);
        var scale = CommonOptions.Number("--scale", "How many times as large the recurrent weights of exploding begin.", 3f, 0f);
        training.Add(cells, clipping, steps, symbols, hidden, embedding, forget, scale);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var config = start.Config(GradientFlowConfig.Load, new()
            {
                Cells = AllOr(start.Get(cells)),
                Clipping = AllOr(start.Get(clipping)),
                Steps = start.Get(steps),
                Symbols = start.Get(symbols),
                HiddenSize = start.Get(hidden),
                EmbeddingSize = start.Get(embedding),
                ForgetBias = start.Get(forget),
                RecurrentScale = start.Get(scale),
            });
            using var device = start.OpenDevice();
            var comparison = new GradientFlowComparison(start.Run, start.Options, config);
            comparison.Begin();
            start.Run.SaveRecipe(new RecipeData()); // sequences are drawn
            var tasks = new List<GradientFlowTask>();
            try
            {
                TrainingResult? result = null;
                foreach (var variant in config.Variants)
                {
                    var task = new GradientFlowTask(device, config, variant, start.Options.Batch, start.Options.Seed);
                    tasks.Add(task);
                    try
                    {
                        result = start.TrainPart(output, task, comparison.FolderOf(variant), comparison.OptionsOf(variant));
                    }
                    catch (TrainingException exception)
                    {
                        output.Err.WriteLine($"{variant.Name}: {exception.Message}"); // what exploding gradients may end in
                    }
                    if (result is { IsInterrupted: true })
                        return start.Finish(output, result);
                }
                return Finish(output, start, tasks, comparison.Finish(tasks));
            }
            finally
            {
                tasks.ForEach(task => task.Dispose());
            }
        });
        return command;
    }

    private static int Finish(CommandOutput output, TrainingStart start, List<GradientFlowTask> tasks, Evaluation evaluation)
    {
        if (start.IsJson)
        {
            output.Json(new { Run = start.Run.Path, evaluation.Loss, evaluation.Metrics });
            return ExitCode.Success;
        }
        output.Out.WriteLine(
            $"the norm of the loss's gradient at the hidden state, after the first of {tasks[0].Model.Config.Steps} time steps over that after the last:");
        output.Table(
            ["NETWORK", "CLIPPING", "LOSS ", "ACCURACY ", "FIRST / LAST BEFORE TRAINING ", "A STEP ", "AFTER ", "A STEP "],
            tasks.Select(task => new[]
            {
                task.Variant.CellName, task.Variant.Clipping.ToString().ToLowerInvariant(), Format.Invariant($"{task.Last.Loss:0.0000}"),
                Format.Invariant($"{task.Last.Accuracy:0.0%}"), Format.Invariant($"{task.Before.Ratio:0.0e+0}"),
                Format.Invariant($"x {task.Before.Factor:0.00}"), Format.Invariant($"{task.Last.Ratio:0.0e+0}"),
                Format.Invariant($"x {task.Last.Factor:0.00}"),
            }));
        output.Out.WriteLine($"each run has a folder in {start.Run.Path}; all about them is in {start.Run.Report}");
        return ExitCode.Success;
    }

    private static T[] AllOr<T>(T[]? chosen)
        where T : struct, Enum => chosen is { Length: > 0 } ? chosen : Enum.GetValues<T>();

    private static Option<T[]> Choices<T>(string name, string help)
        where T : struct, Enum => new(name)
        {
            Description = help,
            HelpName = "NAME[,NAME...]",
            CustomParser = result =>
            {
                var names = Enum.GetNames<T>().Select(value => value.ToLowerInvariant()).ToArray();
                var given = result.Tokens[0].Value.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries).Distinct().ToArray();
                if (given.FirstOrDefault(value => !names.Contains(value)) is { } unknown)
                    result.AddError($"Option '{name}' takes {string.Join(", ", names)}, not '{unknown}'.");
                else
                    return [.. given.Select(value => Enum.Parse<T>(value, ignoreCase: true))];
                return [];
            },
        };
}
