using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq prompt</c>.</summary>
internal static class PromptCommand
{
    private const int MostPrompts = 3; // of the data, in a report

    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN") { Description = "The folder of a GPT: a run of 'gpuseq train gpt', or one as the Hub has it." };
        var task = new Option<string>("--task")
        {
            Description = "What is to be done, in words; it stands before everything else.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "",
        };
        var template = new Option<string>("--template")
        {
            Description = "The form of an example, which the text to be answered has too, up to the answer.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => PromptTemplate.Arrow,
        };
        template.Validators.Add(CheckTemplate);
        var examples = new Option<string?>("--examples")
        {
            Description = $"What examples are drawn from. {TrainSentimentCommand.Data.Split(';')[0]}.",
            HelpName = "PATH",
        };
        var shots = new Option<int[]>("--shots")
        {
            Description = "How many examples are shown: each of these numbers is tried (default: 0,1,8 with --examples, else 0).",
            HelpName = "N[,N...]",
            CustomParser = ParseShots,
        };
        var candidates = new Option<string?>("--candidates")
        {
            Description = "The answers to choose from, with commas between them (default: the labels of --examples, else of --data).",
            HelpName = "A,B[,C...]",
        };
        var data = new Option<string?>("--data") { Description = "Texts with labels to measure on; without texts in the call.", HelpName = "PATH" };
        var limit = CommonOptions.Number("--limit", "Measure on so many texts of --data at most, drawn by the seed.", 200, 1);
        var seed = CommonOptions.Number("--seed", "The same seed draws the same examples and texts.", 1UL, 0UL);
        var page = new Option<string?>("--out") { Description = "Also write a page that compares the numbers of examples.", HelpName = "FILE" };
        var json = CommonOptions.Json();
        var command = new Command(
            "prompt", "Ask a language model that was not trained for a task, with no example, one or a few; it ranks the answers.")
        {
            folder, task, template, examples, shots, candidates, data, limit, seed, page, json,
        };
        var texts = new TextArguments(command);
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            KernelCommands.CheckFolder(call.GetValue(page));
            var source = call.GetValue(examples) is { } path ? LabelledTexts.Read(path) : null;
            int[] numbers = call.GetValue(shots) is { Length: > 0 } given ? given : source is null ? [0] : [0, 1, 8];
            var measured = call.GetValue(data) is { } held ? LabelledTexts.Read(held) : null;
            if (source is null && numbers.Any(number => number > 0))
                throw new WrongCallException("--shots above 0 need --examples; see 'gpuseq prompt --help'.");
            var answers = call.GetValue(candidates)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                ?? (source ?? measured)?.Measured.Select(text => text.Label).Distinct().Order(StringComparer.Ordinal).ToArray() ?? [];
            if (answers.Length < 2)
                throw new WrongCallException("--candidates are needed, at least two, or --examples or --data with labels; see --help.");
            using var computer = device.Open(call);
            using var ranker = TrainedModels.LoadRanker(computer, new(call.GetValue(folder)!));
            var form = new PromptTemplate { Task = call.GetValue(task)!, Example = call.GetValue(template)! };
            var pool = source is null ? [] : source.Train.Count > 0 ? source.Train : source.Dev;
            var study = new PromptStudy(ranker, form, answers, pool, call.GetValue(seed));
            var asked = measured is null || texts.AreGiven(call) ? texts.Read(call).SelectMany(group => group).ToArray() : [];
            var prompts = asked.SelectMany((text, place) => Ask(study, text, place, numbers)).ToList();
            var (measures, shown) = measured is null
                ? ([], [])
                : Measure(output, study, measured, numbers, call.GetValue(limit), call.GetValue(seed));
            if (call.GetValue(page) is { } file)
                new PromptReport(call.GetValue(folder)!, measures, [.. prompts, .. shown]).Write(file);
            if (call.GetValue(json))
                WriteJson(output, prompts, measures);
            else
                WriteTables(output, prompts, measures);
            return ExitCode.Success;
        });
        return command;
    }

    private static IEnumerable<AnsweredPrompt> Ask(PromptStudy study, string text, int place, int[] shots) => shots.Select(
        number => new AnsweredPrompt(text, number, study.Prompt(text, place, number), study.Ask(text, place, number)));

    private static (IReadOnlyList<PromptMeasure> Measures, IReadOnlyList<AnsweredPrompt> Shown) Measure(
        CommandOutput output, PromptStudy study, LabelledTexts data, int[] shots, int limit, ulong seed)
    {
        var (drawn, _) = new SplitMix64(seed).HoldBack(data.Measured, Math.Min(limit, data.Measured.Count));
        var measures = new List<PromptMeasure>();
        foreach (var number in shots)
        {
            output.Err.WriteLine($"{number} examples shown, {drawn.Length} texts ..");
            measures.Add(study.Measure(drawn, number, data.Source));
        }
        return (measures, [.. drawn.Take(MostPrompts).SelectMany((text, place) => Ask(study, text.Text, place, shots))]);
    }

    private static void WriteTables(CommandOutput output, IReadOnlyList<AnsweredPrompt> prompts, IReadOnlyList<PromptMeasure> measures)
    {
        foreach (var texts in prompts.GroupBy(prompt => prompt.Text))
        {
            output.Out.WriteLine(texts.Key);
            output.Table(["SHOTS ", "ANSWER", "LOG-LIKELIHOOD ", "PER TOKEN ", "PROBABILITY "], texts.SelectMany(Rows));
        }
        if (measures.Count > 0)
        {
            output.Table(["SHOTS ", "ACCURACY ", "PER TOKEN ", "MACRO F1 ", "TEXTS ", "CUT "], measures.Select(measure => (string[])
            [
                $"{measure.Shots}", Format.Invariant($"{measure.Accuracy:0.0000}"), Format.Invariant($"{measure.AccuracyPerToken:0.0000}"),
                Format.Invariant($"{measure.MacroF1:0.0000}"), $"{measure.Examples}", $"{measure.Cut}",
            ]));
        }
        if (prompts.Any(prompt => prompt.Ranking.CutTokens > 0) || measures.Any(measure => measure.Cut > 0))
            output.Err.WriteLine("The context had no room for the beginning of some prompts: the description, and the first examples.");
    }

    private static IEnumerable<string[]> Rows(AnsweredPrompt prompt) =>
        prompt.Ranking.Answers.Index().OrderByDescending(answer => answer.Item.LogLikelihood).Select(answer => (string[])
        [
            $"{prompt.Shots}", answer.Item.Answer, Format.Invariant($"{answer.Item.LogLikelihood:0.000}"),
            Format.Invariant($"{answer.Item.PerToken:0.000}"), Format.Invariant($"{prompt.Ranking.Probability(answer.Index):0.0000}"),
        ]);

    private static void WriteJson(CommandOutput output, IReadOnlyList<AnsweredPrompt> prompts, IReadOnlyList<PromptMeasure> measures) =>
        output.Json(new
        {
            Prompts = prompts.Select(prompt => new
            {
                prompt.Text,
                prompt.Shots,
                prompt.Prompt,
                prompt.Ranking.CutTokens,
                Answers = prompt.Ranking.Answers.Select((answer, place) => new
                {
                    answer.Answer,
                    answer.LogLikelihood,
                    answer.PerToken,
                    answer.Tokens,
                    Probability = prompt.Ranking.Probability(place),
                }),
            }),
            Measures = measures,
        });

    private static void CheckTemplate(OptionResult result)
    {
        if (new PromptTemplate { Example = result.GetValueOrDefault<string>() ?? "" }.Fault is { } fault)
            result.AddError($"Option '--template': {fault}.");
    }

    private static int[] ParseShots(ArgumentResult result)
    {
        var parts = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
        if (parts.All(part => int.TryParse(part, CultureInfo.InvariantCulture, out var number) && number >= 0))
            return [.. parts.Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        result.AddError($"Option '--shots' takes numbers of examples, such as 0,1,8, not '{result.Tokens[0].Value}'.");
        return [];
    }
}
