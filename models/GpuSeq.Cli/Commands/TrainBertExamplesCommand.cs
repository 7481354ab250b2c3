using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train bert-classify</c> and <c>gpuseq train bert-choice</c>.</summary>
internal static class TrainBertExamplesCommand
{
    public static Command CreateClassify(CommandOutput output)
    {
        var command = new Command(
            "bert-classify", "A model of BERT's family is fine-tuned to say what texts, or pairs of them, are: labels, or a number.");
        var training = new TrainingArguments(command, ExampleOptions.Data, BertTuningArguments.Training("accuracy"));
        var form = new ExampleOptions(training);
        var tuning = new BertTuningArguments(training);
        command.SetAction(given =>
        {
            var start = training.Begin(given);
            return Train(output, start, tuning, new() { Problem = form.Problem(start), Task = form.Task(start) });
        });
        return command;
    }

    public static Command CreateChoice(CommandOutput output)
    {
        var command = new Command(
            "bert-choice", "A model of BERT's family is fine-tuned to choose which text goes on from a context.");
        var training = new TrainingArguments(command, TrainGptTuningCommand.ChoiceData, BertTuningArguments.Training("accuracy"));
        var tuning = new BertTuningArguments(training);
        command.SetAction(given => Train(output, training.Begin(given), tuning, new() { Problem = TextProblem.Choice }));
        return command;
    }

    private static int Train(CommandOutput output, TrainingStart start, BertTuningArguments tuning, BertExampleRun fresh)
    {
        var run = tuning.Run(start, fresh);
        using var device = start.OpenDevice();
        var examples = TextExamples.Read(run.Form.Read, run).WithDev(start.Options.Seed);
        var origin = tuning.Origin(start, run, examples.Train.SelectMany(example => example.Texts));
        using var task = new BertExampleTask(device, origin, examples, run, start.Options);
        return start.Finish(output, start.Train(output, task, run));
    }
}
