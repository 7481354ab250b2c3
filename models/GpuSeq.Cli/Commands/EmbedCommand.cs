using System.CommandLine;
using System.Globalization;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq embed</c>.</summary>
internal static class EmbedCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN")
        {
            Description = "The folder of a model of BERT's family: a run, or one as the Hub has it.",
        };
        var options = new EmbeddingArguments();
        var json = CommonOptions.Json();
        var command = new Command(
            "embed", "Turn texts into vectors: a line of numbers for each text, with tabs between them.") { folder, json };
        options.AddTo(command);
        var texts = new TextArguments(command, keepsEmptyLines: true);
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            using var computer = device.Open(call);
            using var generator = TrainedModels.LoadEmbedder(computer, new(call.GetValue(folder)!), options.Of(call));
            var all = new List<object>();
            foreach (var group in texts.Read(call))
            {
                var embeddings = generator.GenerateAsync(group).GetAwaiter().GetResult();
                foreach (var (text, embedding) in group.Zip(embeddings))
                {
                    var vector = embedding.Vector.ToArray();
                    all.Add(new { text, Embedding = vector });
                    if (!call.GetValue(json))
                        output.Out.WriteLine(string.Join('\t', vector.Select(value => value.ToString("G9", CultureInfo.InvariantCulture))));
                }
            }
            if (call.GetValue(json))
                output.Json(all);
            return ExitCode.Success;
        });
        return command;
    }
}
