using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq tag</c>.</summary>
internal static class TagCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN") { Description = "The folder of a run or a model." };
        var json = new Option<bool>("--json")
        {
            Description = "Write the spans as JSON: each with the characters where it starts and ends, its text and its type.",
        };
        var command = new Command("tag", "Mark the names in texts: a word and its tag on each line, as in the files of the recipe.")
        {
            folder, json,
        };
        var texts = new TextArguments(command, keepsEmptyLines: true);
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            using var computer = device.Open(call);
            using var tagger = TrainedModels.LoadTagger(computer, new(call.GetValue(folder)!));
            var tokenized = texts.Read(call).SelectMany(group => group).Select(TokenizedText.Of).ToArray();
            var tags = tagger.Tag([.. tokenized.Select(text => text.Tokens)]);
            if (call.GetValue(json))
                output.Json(tokenized.Zip(tags, Spans));
            else
                WriteLines(output, tokenized, tags);
            return ExitCode.Success;
        });
        return command;
    }

    private static object Spans(TokenizedText text, IReadOnlyList<string> tags) => new
    {
        text.Text,
        Spans = TagSpan.Of(tags).Select(span => new
        {
            text.Place(span).Start,
            text.Place(span).End,
            Text = text.Covered(span),
            span.Type,
        }),
    };

    // Texts are parted by blank lines, so that an empty one does not shift those behind it.
    private static void WriteLines(CommandOutput output, TokenizedText[] texts, IReadOnlyList<IReadOnlyList<string>> tags)
    {
        foreach (var (index, (text, own)) in texts.Zip(tags).Index())
        {
            if (index > 0)
                output.Out.WriteLine();
            foreach (var (token, tag) in text.Tokens.Zip(own))
                output.Out.WriteLine($"{token}\t{tag}");
        }
    }
}
