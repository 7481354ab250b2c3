using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train bert-answer</c>.</summary>
internal static class TrainBertAnswerCommand
{
    private const string Data = "A file of SQuAD, version 1.1 or 2.0 (.json or .json.gz), or a folder with train-v1.1.json and dev-v1.1.json "
        + "or the like; without it, generated descriptions of people.";

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            BertAnswerTask.Name, "A model of BERT's family is fine-tuned to find the answers to questions in texts, from files of SQuAD.");
        var training = new TrainingArguments(command, Data, BertTuningArguments.Training("f1"));
        var tuning = new BertTuningArguments(training, maxLength: 384);
        var stride = CommonOptions.OptionalNumber(
            "--stride", "The tokens that a window shares with the one before it where a context is too long (default: a third of the "
                + "window).", 0);
        var question = CommonOptions.OptionalNumber(
            "--max-question-length", "The most tokens of a question (default: a third of the window).", 1);
        var answer = CommonOptions.Number("--max-answer-length", "The most tokens of an answer.", new BertAnswerRun().MaxAnswerLength, 1);
        training.Add(stride, question, answer);
        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var run = tuning.Run(start, new BertAnswerRun
            {
                Stride = start.Get(stride),
                MaxQuestionLength = start.Get(question),
                MaxAnswerLength = start.Get(answer),
            });
            using var device = start.OpenDevice();
            var data = SquadData.Read(run.Data);
            if (run.Validation is { } held)
                data = data with { Dev = SquadData.Read(held).Measured };
            var origin = tuning.Origin(start, run, Texts(data));
            using var task = new BertAnswerTask(device, origin, data, run, start.Options);
            return start.Finish(output, start.Train(output, task, run));
        });
        return command;
    }

    private static IEnumerable<string> Texts(SquadData data) =>
        data.Train.Select(example => example.Context).Distinct().Concat(data.Train.Select(example => example.Question));
}
