using System.CommandLine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq translate</c>.</summary>
internal static class TranslateCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN") { Description = "The folder of a run or a model." };
        var beam = CommonOptions.Number(
            "--beam", "How many beginnings of a translation are kept on the way; 1 always takes the likeliest word.", 5, 1, 100);
        var penalty = CommonOptions.Number(
            "--length-penalty", "The exponent of the length by which likelihoods are divided; 0 favours short translations.", 0.6, 0.0);
        var attention = new Option<string?>("--attention")
        {
            Description = "Draw at which words the model looked as it translated the first sentence.",
            HelpName = "FILE.svg",
        };
        var json = CommonOptions.Json();
        var command = new Command("translate", "Translate sentences with a trained model.") { folder, beam, penalty, attention, json };
        var texts = new TextArguments(command, keepsEmptyLines: true);
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            using var computer = device.Open(call);
            using var translator = TrainedModels.LoadTranslator(computer, new(call.GetValue(folder)!));
            var search = new SearchOptions { Beam = call.GetValue(beam), LengthPenalty = call.GetValue(penalty) };
            var all = new List<Translation>();
            foreach (var part in texts.Read(call))
            {
                var translations = translator.Translate(part, search);
                all.AddRange(translations);
                foreach (var translation in call.GetValue(json) ? [] : translations)
                    output.Out.WriteLine(translation.Text);
            }
            if (call.GetValue(json))
                output.Json(all);
            if (call.GetValue(attention) is { } file)
                Draw(translator, all, file);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Draw(ITranslator translator, List<Translation> translations, string file)
    {
        if (translations.Count == 0)
            throw new WrongCallException("Option '--attention' needs a sentence to translate.");
        var alignment = translator.Align(translations[0])
            ?? throw new DataException(file, "the model has no attention that could be drawn");
        AtomicFile.WriteText(file, alignment.ToPicture("").Plot.ToSvg());
    }
}
