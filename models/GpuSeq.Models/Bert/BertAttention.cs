using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Looks at what the heads of a model of BERT's family look at.</summary>
public static class BertAttention
{
    /// <summary>The maps of a text, or of the beginning for which there is room.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="encoder">Of the texts.</param>
    /// <param name="first">The text.</param>
    /// <param name="second">The second text of a pair; null for none.</param>
    public static AttentionMaps Of(Device device, BertEncoder model, TextEncoder encoder, string first, string? second = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(encoder);
        var options = new EncodingOptions { MaxLength = Math.Min(AttentionMaps.MostTokens, model.Config.MaxLength) };
        var (whole, text) = (encoder.Encode(first, second), encoder.Encode(first, second, options));
        using var graph = device.BeginGraph(isTraining: false);
        Shape shape = [1, text.Length];
        var input = new BertInput(graph.Input(text.Ids, shape)) { Types = graph.Input(text.Types, shape), ReturnsWeights = true };
        string[] tokens = [.. text.Ids.Select(encoder.Tokenizer.TokenOf)];
        return AttentionMaps.Of(tokens, model.Forward(graph, input).Weights) with { LeftOut = whole.Length - text.Length };
    }

    /// <summary>The maps of a text by the model of a folder.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static AttentionMaps OfFolder(Device device, RunFolder run, string first, string? second)
    {
        ArgumentNullException.ThrowIfNull(run);
        var origin = BertOrigin.Load(run.Path);
        using var model = BertFiles.Load<NoHead>(device, run);
        return Of(device, model.Encoder, origin.Encoder, first, second);
    }
}
