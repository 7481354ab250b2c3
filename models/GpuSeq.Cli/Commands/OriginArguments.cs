using System.CommandLine;
using System.CommandLine.Parsing;

namespace GpuSeq.Cli.Commands;

/// <summary>How long and at which rate a fine-tuning learns by default.</summary>
internal readonly record struct TuningPace(float Rate, int Epochs);

/// <summary>What a fine-tuning begins with: a model that is there, or a small one without training whose sizes are given.</summary>
internal sealed class OriginArguments
{
    private readonly Option<string?> _model;
    private readonly Option<int> _width = CommonOptions.Number("--width", "Without --model: the length of a token's vector.", 128, 1);
    private readonly Option<int> _layers = CommonOptions.Number("--layers", "Without --model: layers stacked on each other.", 2, 1);
    private readonly Option<int> _heads = CommonOptions.Number("--heads", "Without --model: heads of attention; they divide the width.", 4, 1);
    private readonly Option<int> _vocabulary;

    /// <param name="training">Gets the options; its rate and epochs depend on whether there is a model.</param>
    /// <param name="model">What --model takes.</param>
    /// <param name="leastTokens">The least vocabulary.</param>
    /// <param name="tuned">The pace with a model.</param>
    /// <param name="fresh">The pace without.</param>
    /// <param name="rateOf">The rate for the model of a folder; null for the same for all.</param>
    public OriginArguments(
        TrainingArguments training, string model, int leastTokens, TuningPace tuned, TuningPace fresh, Func<string, float>? rateOf = null)
    {
        _model = new("--model") { Description = model, HelpName = "FOLDER" };
        _vocabulary = CommonOptions.Number("--vocab-size", "Without --model: the most tokens that are learned.", 4000, leastTokens);
        training.LearningRate.Description = $"The (largest) learning rate; with --model {Format.Number(tuned.Rate)} unless it is given.";
        training.LearningRate.DefaultValueFactory = call =>
            Model(call) is not { } folder ? fresh.Rate : rateOf is null ? tuned.Rate : rateOf(folder);
        training.Epochs.Description = $"Passes over the data; with --model {tuned.Epochs} unless they are given.";
        training.Epochs.DefaultValueFactory = call => (Model(call) is null ? fresh : tuned).Epochs;
        training.Add(_model, _width, _layers, _heads, _vocabulary);
    }

    /// <summary>The folder of the model, in full; null where there is none.</summary>
    public string? Model(TrainingStart start) => start.Get(_model) is { } folder ? Path.GetFullPath(folder) : null;

    /// <summary>The width, layers and heads of a model without training, and its most tokens.</summary>
    /// <exception cref="WrongCallException">The heads do not divide the width.</exception>
    public (int Width, int Layers, int Heads, int Tokens) Sizes(TrainingStart start)
    {
        var (width, heads) = (start.Get(_width), start.Get(_heads));
        return width % heads == 0
            ? (width, start.Get(_layers), heads, start.Get(_vocabulary))
            : throw new WrongCallException($"--heads {heads} do not divide --width {width}; see --help.");
    }

    private string? Model(ArgumentResult call) => call.Parent is null ? null : call.GetValue(_model); // help asks for defaults without a call
}
