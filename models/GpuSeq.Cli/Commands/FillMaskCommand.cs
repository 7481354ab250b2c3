using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq fill-mask</c>.</summary>
internal static class FillMaskCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN")
        {
            Description = "The folder of a pre-training run, or of a model of BERT, RoBERTa, ALBERT or ELECTRA's generator as the Hub has it.",
        };
        var command = new Command(
            "fill-mask", "Say what most likely stands where a text has a mask: [MASK], or <mask> for RoBERTa.")
        {
            folder,
        };
        var texts = new TextArguments(command, help: "The texts, each with one mask or more");
        var count = CommonOptions.Number("--count", "How many guesses for each mask.", 5, least: 1);
        var json = CommonOptions.Json();
        command.Add(count);
        command.Add(json);
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            using var computer = device.Open(call);
            using var filler = TrainedModels.LoadMaskFiller(computer, new(call.GetValue(folder)!));
            var filled = texts.Read(call).SelectMany(group => filler.Fill(group, call.GetValue(count)));
            if (call.GetValue(json))
                output.Json(filled);
            else if (output.IsTerminal && !Console.IsOutputRedirected && texts.AreGiven(call))
                output.Table(["PROBABILITY ", "TOKEN", "TEXT"], filled.SelectMany(Guesses).Select(Row));
            else
                WriteLines(output, filled);
            return ExitCode.Success;
        });
        return command;
    }

    private static IEnumerable<MaskGuess> Guesses(FilledText text) => text.Masks.SelectMany(mask => mask);

    private static string[] Row(MaskGuess guess) => [Format.Invariant($"{guess.Probability:0.0000}"), guess.Token, guess.Text];

    private static void WriteLines(CommandOutput output, IEnumerable<FilledText> filled)
    {
        foreach (var guess in filled.SelectMany(Guesses))
            output.Out.WriteLine(string.Join('\t', Row(guess)));
    }
}
