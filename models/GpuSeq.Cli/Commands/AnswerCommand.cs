using System.CommandLine;
using System.Text.Json;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq answer</c>.</summary>
internal static class AnswerCommand
{
    private const int MostAnswers = 20;

    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN")
        {
            Description = "The folder of a run of 'gpuseq train bert-answer', or a model as the Hub has it.",
        };
        var context = new Option<string?>("--context")
        {
            Description = "The text that holds the answers, or a file with it. Without it each line of the standard input is an object "
                + "with both: {\"question\": \"..\", \"context\": \"..\"}.",
            HelpName = "TEXT|FILE",
        };
        var count = CommonOptions.Number("--n-best", "How many answers to show for each question.", 1, 1, MostAnswers);
        var threshold = CommonOptions.OptionalNumber<double>(
            "--threshold", "Say that there is no answer where its score is above that of the best one by more than this (default: as the "
                + "run learned it, and always an answer where it did not).", double.MinValue);
        var json = CommonOptions.Json();
        var command = new Command("answer", "Find the answers to questions in a text.") { folder, context, count, threshold, json };
        var texts = new TextArguments(command, name: "QUESTION", help: "The questions");
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            var text = call.GetValue(context) is { } given ? File.Exists(given) ? TextFile.Read(given) : given : null;
            if (text is null && texts.AreGiven(call))
            {
                throw new WrongCallException(
                    "Questions in the call need --context, the text that holds the answers; see 'gpuseq answer --help'.");
            }
            using var computer = device.Open(call);
            using var answerer = TrainedModels.LoadAnswerer(computer, new(call.GetValue(folder)!));
            if (call.GetValue(threshold) is { } limit)
                answerer.Run = answerer.Run with { NullThreshold = limit };
            var line = 0;
            var answered = texts.Read(call).SelectMany(group => answerer.Answer(
                [.. group.Select(asked => text is null ? Parse(asked, ++line) : new(asked, text))], call.GetValue(count)));
            if (call.GetValue(json))
                output.Json(answered.Select(Described));
            else
                output.Table(["ANSWER", "START ", "END ", "SCORE ", "QUESTION"], answered.SelectMany(Rows));
            return ExitCode.Success;
        });
        return command;
    }

    private static ContextQuestion Parse(string line, int number)
    {
        const string Input = "the standard input";
        try
        {
            return JsonSerializer.Deserialize<ContextQuestion>(line, JsonStyle.Line) is { Question: not null, Context: not null } asked
                ? asked
                : throw new DataException(Input, $"text {number} has no question or no context");
        }
        catch (JsonException)
        {
            throw new DataException(
                Input, $"text {number} is not an object such as {{\"question\": \"..\", \"context\": \"..\"}}; or give --context");
        }
    }

    // The best answer, and behind it all that were asked for.
    private static object Described(AnsweredQuestion answered) => new
    {
        answered.Question,
        Answer = answered.Answers[0].Text,
        answered.Answers[0].Start,
        answered.Answers[0].End,
        answered.Answers[0].Score,
        answered.NullDifference,
        Answers = answered.Answers.Count > 1
            ? answered.Answers.Select(answer => new { Answer = answer.Text, answer.Start, answer.End, answer.Score })
            : null,
    };

    private static IEnumerable<string[]> Rows(AnsweredQuestion answered) => answered.Answers.Select(answer => (string[])
    [
        answer.Text.Length == 0 ? "(no answer)" : answer.Text, $"{answer.Start}", $"{answer.End}",
        Format.Invariant($"{answer.Score:0.0000}"), answered.Question,
    ]);
}
