using System.CommandLine;
using GpuSeq.Engine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>A training that is about to begin, or to go on: what the call says, and what the folder of the run holds.</summary>
internal sealed class TrainingStart(TrainingArguments arguments, ParseResult call, RunFolder run, TrainingOptions options)
{
    public RunFolder Run => run;

    public TrainingOptions Options => options;

    public bool IsResumed => call.GetValue(arguments.Resume);

    public bool IsJson => call.GetValue(arguments.Json);

    /// <summary>The value of one of the recipe's own options.</summary>
    public T Get<T>(Option<T> option) => call.GetValue(option)!;

    /// <summary>The value of one of the recipe's own options that names a choice.</summary>
    public T Choice<T>(Option<string> option)
        where T : struct, Enum => Enum.Parse<T>(call.GetValue(option)!, ignoreCase: true);

    /// <summary>What the run has beside the model and the training: as it was saved, or as the call says.</summary>
    /// <param name="fresh">Its own options as the call says them; the data is filled in.</param>
    public TRecipe Recipe<TRecipe>(TRecipe fresh)
        where TRecipe : RecipeData => IsResumed
            ? run.LoadRecipe<TRecipe>()
            : fresh with { Data = FullPath(arguments.Data), Validation = FullPath(arguments.Validation) };

    /// <summary>The form of the model: as it was saved, or as the call says.</summary>
    public TConfig Config<TConfig>(Func<string, TConfig> load, TConfig fresh) => IsResumed ? load(run.Config) : fresh;

    /// <summary>Opens the device that the call names.</summary>
    public Device OpenDevice() => arguments.Device.Open(call);

    /// <summary>Trains, and shows how it goes.</summary>
    public TrainingResult Train<TRecipe>(CommandOutput output, ITrainingTask task, TRecipe recipe)
        where TRecipe : RecipeData
    {
        run.Create();
        run.SaveRecipe(recipe);
        return TrainingSession.Run(output, task, options, run, IsResumed, call.GetValue(arguments.TensorBoard));
    }

    /// <summary>Trains one of several models of a run, in a folder below the run's.</summary>
    /// <param name="output">Where it is shown.</param>
    /// <param name="task">The model.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="own">Its options.</param>
    public TrainingResult TrainPart(CommandOutput output, ITrainingTask task, RunFolder folder, TrainingOptions own)
    {
        var events = call.GetValue(arguments.TensorBoard) is { } path ? Path.Combine(path, Path.GetFileName(folder.Path)) : null;
        return TrainingSession.Run(output, task, own, folder, IsResumed && File.Exists(folder.State), events);
    }

    /// <summary>What the best model of the run writes now.</summary>
    public string Sample(Device device, int length)
    {
        using var generator = TrainedModels.LoadGenerator(device, run);
        return generator.Complete("", length, new() { Temperature = 0.8f });
    }

    /// <summary>Says what came of it.</summary>
    public int Finish(CommandOutput output, TrainingResult result) =>
        TrainingSession.Finish(output, result, run, new TrainingGoal(options.Metric).Measure, IsJson, call.CommandResult.Command.Name);

    // Of a file or folder, or of each of several with commas between them.
    private string? FullPath(Option<string?> option) => call.GetValue(option) is not { } path ? null
        : Path.Exists(path) ? Path.GetFullPath(path) : string.Join(',', path.Split(',').Select(Path.GetFullPath));
}
