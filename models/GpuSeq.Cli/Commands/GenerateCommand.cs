using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq generate</c>.</summary>
internal static class GenerateCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN") { Description = "The folder of a run or of a model, such as the Hub's GPT-2." };
        var prompt = new Option<string[]>("--prompt")
        {
            Description = "What comes before. Several prompts are written on from side by side.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => [""],
        };
        var length = CommonOptions.Number(
            "--length",
            "How many tokens to write: characters, bytes or pieces of words. A GPT whose context is full goes on from its last half.",
            500, 0);
        var temperature = CommonOptions.Number(
            "--temperature", "Below 1 keeps to what is likely, above 1 dares more; 0 always takes the most likely.", 0.8f, 0f, 1000f);
        var topK = CommonOptions.Number("--top-k", "Consider only the N most likely tokens; 0 for all.", 0, 0);
        var topP = CommonOptions.Number(
            "--top-p", "Consider only the most likely tokens whose probabilities add up to N.", 1f, 0.000001f, 1f);
        var penalty = CommonOptions.Number(
            "--repetition-penalty", "Above 1 makes what the text has already less likely, such as 1.2.", 1f, 0.01f, 100f);
        var stop = new Option<string[]>("--stop") { Description = "End before this text; may be given several times.", HelpName = "TEXT" };
        var seed = CommonOptions.Number("--seed", "The same seed writes the same text.", 1UL, 0UL);
        var json = CommonOptions.Json();
        var command = new Command("generate", "Write text with a trained model.")
        {
            folder, prompt, length, temperature, topK, topP, penalty, stop, seed, json,
        };
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            var (prompts, stops) = (call.GetValue(prompt)!, call.GetValue(stop) ?? []);
            if (stops.Contains(""))
                throw new WrongCallException("Option '--stop' takes a text that is not empty.");
            using var computer = device.Open(call);
            using var generator = TrainedModels.LoadGenerator(computer, new(call.GetValue(folder)!));
            var options = new GenerationOptions
            {
                Length = call.GetValue(length),
                Stop = stops,
                Sampling = new()
                {
                    Temperature = call.GetValue(temperature),
                    TopK = call.GetValue(topK),
                    TopP = call.GetValue(topP),
                    RepetitionPenalty = call.GetValue(penalty),
                    Seed = call.GetValue(seed),
                },
            };
            if (call.GetValue(json))
                WriteJson(output, prompts, generator.Complete(prompts, options));
            else
                Stream(output, prompts, generator.Write(prompts, options));
            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteJson(CommandOutput output, string[] prompts, string[] texts)
    {
        var written = prompts.Zip(texts, (prompt, text) => new { Prompt = prompt, Text = text }).ToArray();
        if (written is [var only])
            output.Json(only);
        else
            output.Json(written);
    }

    // The first text appears as it is written, the others behind it as far as they are by then.
    private static void Stream(CommandOutput output, string[] prompts, IEnumerable<TextPiece> pieces)
    {
        var waiting = prompts.ToArray();
        output.Out.Write(prompts[0]);
        foreach (var (prompt, text) in pieces)
        {
            waiting[prompt] += text;
            if (prompt == 0)
                output.Out.Write(text);
        }
        output.Out.WriteLine();
        foreach (var text in waiting[1..])
        {
            output.Out.WriteLine();
            output.Out.WriteLine(text);
        }
    }
}
