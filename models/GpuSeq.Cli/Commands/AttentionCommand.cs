using System.CommandLine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq attention</c>.</summary>
internal static class AttentionCommand
{
    public static Command Create(CommandOutput output)
    {
        var folder = new Argument<string>("RUN")
        {
            Description = "The folder of a model of BERT's family: a run, or one as the Hub has it.",
        };
        var texts = new Argument<string[]>("TEXT") { Description = "The text, or the two texts of a pair.", Arity = new(1, 2) };
        var layer = CommonOptions.OptionalNumber("--layer", "With --head: the layer, from 1.", 1);
        var head = CommonOptions.OptionalNumber(
            "--head", "The head that is drawn large, from 1; without it a sheet shows all heads of all layers.", 1);
        var file = new Option<string>("--out")
        {
            Description = "A picture (.svg), or a page with the sheet and the head (.html).",
            HelpName = "FILE",
            Required = true,
        };
        var command = new Command("attention", "Draw at which tokens the heads of a model look as it reads a text.")
        {
            folder, texts, layer, head, file,
        };
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            var (path, given) = (call.GetValue(file)!, call.GetValue(texts)!);
            KernelCommands.CheckFolder(path);
            var isPage = Path.GetExtension(path).Equals(".html", StringComparison.OrdinalIgnoreCase);
            if (!isPage && !Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase))
                throw new WrongCallException($"--out takes a file that ends in .svg or .html, not '{path}'.");
            if (call.GetValue(layer) is null != call.GetValue(head) is null)
                throw new WrongCallException("--layer and --head are given together; see 'gpuseq attention --help'.");
            using var computer = device.Open(call);
            var maps = TrainedModels.Attention(computer, new(call.GetValue(folder)!), given[0], given.ElementAtOrDefault(1));
            var large = call.GetValue(layer) is { } l && call.GetValue(head) is { } h ? Head(maps, l, h) : null;
            if (isPage)
                new AttentionPage(string.Join(" | ", given), maps, large).Write(path);
            else
                AtomicFile.WriteText(path, (large ?? maps.Sheet()).Plot.ToSvg());
            return ExitCode.Success;
        });
        return command;
    }

    private static Picture Head(AttentionMaps maps, int layer, int head)
    {
        var (layers, heads) = (maps.Weights.Count, maps.Weights[0].Count);
        return layer <= layers && head <= heads
            ? maps.Head(layer - 1, head - 1)
            : throw new WrongCallException(
                $"There is no head {head} of layer {layer}: the model has {heads} heads in each of {layers} layers.");
    }
}
