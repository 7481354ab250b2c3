using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq summarize</c>.</summary>
internal static class SummarizeCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN") { Description = "The folder of a run or a model." };
        var beams = CommonOptions.Number(
            "--num-beams", "How many beginnings of a summary are kept on the way; 1 always takes the likeliest token.", 4, 1, 100);
        var penalty = CommonOptions.Number(
            "--length-penalty", "The exponent of the length by which likelihoods are divided; 0 favours short summaries.", 0.6, 0.0);
        var minLength = CommonOptions.Number("--min-length", "The fewest tokens of a summary.", 0, 0);
        var maxLength = CommonOptions.Number("--max-length", "The most tokens of a summary.", 128, 1);
        var json = CommonOptions.Json();
        var command = new Command("summarize", "Summarize texts with a trained model.")
        {
            folder, beams, minLength, maxLength, penalty, json,
        };
        var texts = new TextArguments(command, keepsEmptyLines: true);
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            var search = new SearchOptions
            {
                Beam = call.GetValue(beams),
                LengthPenalty = call.GetValue(penalty),
                MinLength = call.GetValue(minLength),
                MaxLength = call.GetValue(maxLength),
            };
            if (search.MinLength > search.MaxLength)
                throw new WrongCallException($"--min-length {search.MinLength} is more than --max-length {search.MaxLength}.");
            using var computer = device.Open(call);
            using var summarizer = TrainedModels.LoadSummarizer(computer, new(call.GetValue(folder)!));
            var all = new List<Translation>();
            foreach (var part in texts.Read(call))
            {
                var summaries = summarizer.Translate(part, search);
                all.AddRange(summaries);
                foreach (var summary in call.GetValue(json) ? [] : summaries)
                    output.Out.WriteLine(summary.Text);
            }
            if (call.GetValue(json))
                output.Json(all);
            return ExitCode.Success;
        });
        return command;
    }
}
