using System.CommandLine;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq inspect</c>.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandOutput output)
    {
        var path = new Argument<string>("FILE-OR-DIR")
        {
            Description = "A safetensors file, the index of a sharded model, or a folder of a run or a model.",
        };
        var json = CommonOptions.Json();
        var command = new Command("inspect", "Show the tensors of a checkpoint: names, shapes, sizes, values.") { path, json };
        command.SetAction(call =>
        {
            var inspection = Inspection.Of(call.GetValue(path)!);
            if (call.GetValue(json))
                output.Json(ForPrograms(inspection));
            else
                Show(output, inspection);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Show(CommandOutput output, Inspection inspection)
    {
        foreach (var file in inspection.Files)
        {
            output.Out.WriteLine(file.Shards.Count == 0 ? file.Path : $"{file.Path}, {file.Shards.Count} shards");
            foreach (var (key, value) in file.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                output.Out.WriteLine($"  {key}: {value}");
            output.Table(
                ["  TENSOR", "TYPE", "SHAPE", "SIZE ", "MIN ", "MAX ", "MEAN ", "STD ", "NOT FINITE "],
                file.Tensors.Select(tensor => new[]
                {
                    $"  {tensor.Entry.Name}",
                    tensor.Entry.ElementType.Code(),
                    $"[{string.Join(", ", tensor.Entry.Shape)}]",
                    Format.Bytes(tensor.Entry.ByteLength),
                    Value(tensor.Statistics?.Minimum),
                    Value(tensor.Statistics?.Maximum),
                    Value(tensor.Statistics?.Mean),
                    Value(tensor.Statistics?.StandardDeviation),
                    tensor.NonFinite == 0 ? "" : Format.Count(tensor.NonFinite),
                }));
        }
        output.Out.WriteLine(
            $"{inspection.Tensors.Count()} tensors, {Format.Count(inspection.Parameters)} parameters, {Format.Bytes(inspection.Bytes)}");
        if (inspection.Companions.Count > 0)
            output.Out.WriteLine($"beside them: {string.Join(", ", inspection.Companions)}");
    }

    private static string Value(double? value) => value is { } number ? Format.Number(number) : "";

    private static object ForPrograms(Inspection inspection) => new
    {
        inspection.Path,
        inspection.Parameters,
        inspection.Bytes,
        inspection.Companions,
        Files = inspection.Files.Select(file => new
        {
            file.Path,
            file.Shards,
            file.Metadata,
            Tensors = file.Tensors.Select(tensor => new
            {
                tensor.Entry.Name,
                Type = tensor.Entry.ElementType.Code(),
                tensor.Entry.Shape,
                Bytes = tensor.Entry.ByteLength,
                tensor.Statistics?.Minimum,
                tensor.Statistics?.Maximum,
                tensor.Statistics?.Mean,
                tensor.Statistics?.StandardDeviation,
                tensor.NonFinite,
            }),
        }),
    };
}
