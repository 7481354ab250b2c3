using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>The options that every recipe has. Values come from the call, else from <c>--config</c>, else from the recipe.</summary>
internal sealed class TrainingArguments
{
    private readonly Command _command;
    private readonly string _recipe;
    private int _ownEnd; // where the options of the recipe's own end among all

    /// <param name="command">Gets the options.</param>
    /// <param name="data">What <c>--data</c> takes, and what is learned from without it; null where there is no such option.</param>
    /// <param name="otherwise">The recipe's defaults.</param>
    public TrainingArguments(Command command, string? data, TrainingOptions otherwise)
    {
        _command = command;
        _recipe = command.Name;
        Data = new("--data") { Description = data, HelpName = "PATH" };
        Validation = new("--validation")
        {
            Description = "What to measure on; without it, a part of the data is held back.",
            HelpName = "PATH",
        };
        Out = new("--out") { Description = "The folder of the run (default: runs/RECIPE-DATE-TIME).", HelpName = "DIR" };
        Config = new("--config") { Description = "A JSON file with values for these options, such as {\"epochs\": 5}.", HelpName = "FILE" };
        Epochs = CommonOptions.Number("--epochs", "Passes over the data.", otherwise.Epochs, 0);
        MaxSteps = CommonOptions.OptionalNumber("--max-steps", "End after so many steps.", 0);
        MaxMinutes = CommonOptions.OptionalNumber("--max-minutes", "End after so many minutes of training.", 0.0);
        Batch = CommonOptions.Number("--batch", "Examples of a step.", otherwise.Batch, 1);
        Accumulate = CommonOptions.Number("--accumulate", "Batches whose gradients add up to one step.", 1, 1);
        Optimizer = CommonOptions.Choice("--optimizer", "What makes steps of the gradients.", otherwise.Optimizer);
        LearningRate = CommonOptions.Number("--lr", "The (largest) learning rate.", otherwise.LearningRate, 0f);
        Schedule = new("--schedule")
        {
            Description = "How the learning rate changes: constant, linear, cosine, polynomial, inverse-sqrt or step, with options, "
                + "such as cosine,warmup=0.05,final=0.1.",
            HelpName = "KIND[,OPTION=N...]",
            DefaultValueFactory = _ => otherwise.Schedule,
        };
        Schedule.Validators.Add(CheckSchedule);
        Momentum = CommonOptions.Number("--momentum", "The share of the last direction that sgd and rmsprop keep.", otherwise.Momentum, 0f, 1f);
        Beta2 = CommonOptions.Number(
            "--beta2", "How slowly adam and adamw change their mean of the squared gradients.", otherwise.Beta2, 0.0, 0.999999);
        WeightDecay = CommonOptions.Number(
            "--weight-decay", "How strongly weights are drawn to zero; biases are not.", otherwise.WeightDecay, 0f);
        Average = CommonOptions.Number(
            "--average", "Evaluate and keep a moving average of the weights with this decay, such as 0.999; 0 for none.",
            otherwise.AverageDecay, 0.0, 0.999999);
        Clip = CommonOptions.Number("--clip", "The largest global norm of the gradients; 0 for no limit.", otherwise.ClipNorm, 0f);
        ClipValue = CommonOptions.Number("--clip-value", "The largest magnitude of one gradient; 0 for no limit.", otherwise.ClipValue, 0f);
        Seed = CommonOptions.Number("--seed", "The same seed gives the same bits.", otherwise.Seed, 0UL);
        EvaluateEvery = CommonOptions.OptionalNumber("--evaluate-every", "Steps between two evaluations (default: an epoch, at least 100).", 1);
        Metric = new("--metric")
        {
            Description = "What the best model is chosen by: loss, a metric of the recipe, or last for the last one.",
            HelpName = "NAME",
            DefaultValueFactory = _ => otherwise.Metric,
        };
        Patience = CommonOptions.OptionalNumber("--patience", "End after so many evaluations in a row that were not the best.", 1);
        TensorBoard = new("--tensorboard") { Description = "Also write the log as events for TensorBoard into this folder.", HelpName = "DIR" };
        Unrecorded = new("--unrecorded") { Description = "Run every step as it is written, instead of replaying a recorded one." };
        Resume = new("--resume") { Description = "Go on with the run in --out; only limits and the device may be given anew." };
        Json = CommonOptions.Json();
        foreach (var option in data is null ? [] : new Option[] { Data, Validation })
            command.Add(option);
        foreach (var option in new Option[]
        {
            Out, Config, Epochs, MaxSteps, MaxMinutes, Batch, Accumulate, Optimizer, LearningRate, Schedule, Momentum, Beta2, WeightDecay,
            Clip, ClipValue, Average, Seed, EvaluateEvery, Metric, Patience, TensorBoard, Unrecorded, Resume, Json,
        })
        {
            command.Add(option);
        }
        Device = new(command);
        _ownEnd = command.Options.IndexOf(Config) + 1;
    }

    public Option<string?> Data { get; }

    public Option<string?> Validation { get; }

    public Option<string?> Out { get; }

    public Option<string?> Config { get; }

    public Option<int> Epochs { get; }

    public Option<int?> MaxSteps { get; }

    public Option<double?> MaxMinutes { get; }

    public Option<int> Batch { get; }

    public Option<int> Accumulate { get; }

    public Option<string> Optimizer { get; }

    public Option<float> LearningRate { get; }

    public Option<string> Schedule { get; }

    public Option<float> Momentum { get; }

    public Option<double> Beta2 { get; }

    public Option<float> WeightDecay { get; }

    public Option<double> Average { get; }

    public Option<float> Clip { get; }

    public Option<float> ClipValue { get; }

    public Option<ulong> Seed { get; }

    public Option<int?> EvaluateEvery { get; }

    public Option<string> Metric { get; }

    public Option<int?> Patience { get; }

    public Option<string?> TensorBoard { get; }

    public Option<bool> Unrecorded { get; }

    public DeviceOptions Device { get; }

    public Option<bool> Resume { get; }

    public Option<bool> Json { get; }

    /// <summary>Adds options of the recipe's own. Help shows them before those of every training, behind data and folder.</summary>
    public void Add(params ReadOnlySpan<Option> own)
    {
        foreach (var option in own)
            _command.Options.Insert(_ownEnd++, option);
    }

    /// <summary>Reads what every recipe begins with: the options, and the folder of the run.</summary>
    public TrainingStart Begin(ParseResult given)
    {
        var call = WithConfigFile(given);
        var run = Run(call);
        return new(this, call, run, Options(call, run));
    }

    // Whether an option stands in the call, rather than being left to its default.
    private static bool WasGiven(ParseResult call, Option option) => call.GetResult(option) is OptionResult { Implicit: false };

    // On resuming, the options of the run with the limits that the call gives anew.
    private TrainingOptions Options(ParseResult call, RunFolder run)
    {
        if (!call.GetValue(Resume))
        {
            return new()
            {
                Epochs = call.GetValue(Epochs),
                MaxSteps = call.GetValue(MaxSteps),
                MaxMinutes = call.GetValue(MaxMinutes),
                Batch = call.GetValue(Batch),
                Accumulate = call.GetValue(Accumulate),
                Optimizer = Enum.Parse<OptimizerKind>(call.GetValue(Optimizer)!, ignoreCase: true),
                LearningRate = call.GetValue(LearningRate),
                Schedule = call.GetValue(Schedule)!,
                Momentum = call.GetValue(Momentum),
                Beta2 = call.GetValue(Beta2),
                WeightDecay = call.GetValue(WeightDecay),
                AverageDecay = call.GetValue(Average),
                Metric = call.GetValue(Metric)!,
                Patience = call.GetValue(Patience),
                IsRecorded = !call.GetValue(Unrecorded),
                ClipNorm = call.GetValue(Clip),
                ClipValue = call.GetValue(ClipValue),
                Seed = call.GetValue(Seed),
                EvaluateEvery = call.GetValue(EvaluateEvery),
            };
        }
        Option[] free = [Out, Resume, TensorBoard, Epochs, MaxSteps, MaxMinutes, Device.Device, Device.NoCache, Json];
        if (_command.Options.FirstOrDefault(option => !free.Contains(option) && WasGiven(call, option)) is { } fixedOption)
            throw new WrongCallException($"{fixedOption.Name} cannot be changed on resuming: the run has it in {run.Training}.");
        var saved = TrainingOptions.Load(run.Training);
        return saved with
        {
            Epochs = WasGiven(call, Epochs) ? call.GetValue(Epochs) : saved.Epochs,
            MaxSteps = WasGiven(call, MaxSteps) ? call.GetValue(MaxSteps) : saved.MaxSteps,
            MaxMinutes = WasGiven(call, MaxMinutes) ? call.GetValue(MaxMinutes) : saved.MaxMinutes,
        };
    }

    private RunFolder Run(ParseResult call)
    {
        if (call.GetValue(Out) is { } folder)
            return new(folder);
        if (call.GetValue(Resume))
            throw new WrongCallException("--resume needs --out, the folder of the run.");
        var now = DateTime.Now.ToString("yyyyMMdd-HHmmss", System.Globalization.CultureInfo.InvariantCulture);
        return new(Path.Combine("runs", $"{_recipe}-{now}"));
    }

    // The call with what a configuration file says for the options that it leaves out.
    private ParseResult WithConfigFile(ParseResult call)
    {
        if (call.GetValue(Config) is not { } path)
            return call;
        var added = new List<string>();
        foreach (var (name, value) in ReadConfig(path))
        {
            var option = _command.Options.FirstOrDefault(option => option.Name == $"--{name.Replace('_', '-')}");
            if (option is null || option == Config)
                throw new DataException(path, $"'{name}' is not an option of 'train {_recipe}'");
            if (!WasGiven(call, option))
                added.AddRange([option.Name, value]);
        }
        var merged = call.RootCommandResult.Command.Parse([.. call.Tokens.Select(token => token.Value), .. added]);
        return merged.Errors.Count == 0 ? merged : throw new DataException(path, merged.Errors[0].Message.TrimEnd('.'));
    }

    private static void CheckSchedule(OptionResult result)
    {
        try
        {
            _ = GpuSeq.Engine.Schedule.Parse(result.GetValueOrDefault<string>(), totalSteps: 1000);
        }
        catch (FormatException exception)
        {
            result.AddError(exception.Message);
        }
    }

    private static IEnumerable<(string Name, string Value)> ReadConfig(string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(TextFile.Read(path));
        }
        catch (JsonException exception)
        {
            throw new DataException(path, $"line {exception.LineNumber + 1} is not JSON");
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new DataException(path, "it does not hold an object");
            return [.. document.RootElement.EnumerateObject().Select(entry => (entry.Name, entry.Value.ToString()))];
        }
    }
}
