using System.CommandLine;
using System.CommandLine.Parsing;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>What is told of texts, and how their files have it.</summary>
internal sealed class ExampleOptions
{
    /// <summary>What data there may be, for help.</summary>
    public const string Data = "Texts named by label: files of a text a line, folders or a zip of a text a file, TSV or CSV; pairs of texts: TSV "
        + "whose first line names the columns sentence1, sentence2 and gold_label, label or score; or the files of a --task. A folder may have "
        + "such files named train and dev. Without it, generated opinions.";

    private static readonly string[] Problems = ["label", "labels", "number"];

    private readonly Option<string?> _task = CommonOptions.Choice(
        "--task", "The task of GLUE whose files --data has; it also sets what is told and --metric.", [.. GlueTask.All.Select(task => task.Name)]);

    private readonly Option<string?> _problem = CommonOptions.Choice(
        "--problem", "What is told of a text (default: label): one label, any number of labels (in the data with commas or bars between them), or "
            + "a number.", Problems);

    public ExampleOptions(TrainingArguments training)
    {
        training.Metric.DefaultValueFactory = call => GlueOf(Given(call, _task))?.Metric ?? MetricOf(Given(call, _problem));
        training.Add(_task, _problem);
    }

    /// <summary>The task of GLUE; null for none.</summary>
    public string? Task(TrainingStart start) => start.Get(_task);

    /// <summary>What is told.</summary>
    public TextProblem Problem(TrainingStart start) => GlueOf(start.Get(_task)) is { Labels.Count: 0 } ? TextProblem.Number
        : Enum.Parse<TextProblem>(start.Get(_problem) ?? Problems[0], ignoreCase: true);

    // As it stands in the call, which may be wrong; help asks for defaults without a call.
    private static string? Given(ArgumentResult call, Option option) =>
        call.Parent is not null && call.GetResult(option) is { Tokens: [var token] } ? token.Value.ToLowerInvariant() : null;

    private static GlueTask? GlueOf(string? name) => name is null ? null : GlueTask.Find(name);

    private static string MetricOf(string? problem) => problem switch
    {
        "labels" => "micro_f1",
        "number" => "spearman",
        _ => "accuracy",
    };
}
