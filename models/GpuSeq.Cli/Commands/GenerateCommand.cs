using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq generate</c>.</summary>
internal static class GenerateCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN") { Description = "The folder of a run or a model." };
        var prompt = new Option<string>("--prompt")
        {
            Description = "What comes before.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "",
        };
        var length = CommonOptions.Number("--length", "How many characters to write.", 500, 0);
        var temperature = CommonOptions.Number(
            "--temperature", "Below 1 keeps to what is likely, above 1 dares more; 0 always takes the most likely.", 0.8f, 0f, 1000f);
        var topK = CommonOptions.Number("--top-k", "Consider only the N most likely characters; 0 for all.", 0, 0);
        var seed = CommonOptions.Number("--seed", "The same seed writes the same text.", 1UL, 0UL);
        var json = CommonOptions.Json();
        var command = new Command("generate", "Write text with a trained model.")
        {
            folder, prompt, length, temperature, topK, seed, json,
        };
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            using var computer = device.Open(call);
            using var generator = CharGenerator.Load(computer, call.GetValue(folder)!);
            var text = call.GetValue(prompt)!;
            var options = new SamplingOptions
            {
                Temperature = call.GetValue(temperature),
                TopK = call.GetValue(topK),
                Seed = call.GetValue(seed),
            };
            var written = generator.Write(text, call.GetValue(length), options);
            if (call.GetValue(json))
            {
                output.Json(new { Prompt = text, Text = string.Concat(written) });
                return ExitCode.Success;
            }
            output.Out.Write(text);
            foreach (var character in written)
                output.Out.Write(character);
            output.Out.WriteLine();
            return ExitCode.Success;
        });
        return command;
    }
}
