using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Writes text with a GPT.</summary>
internal static class GptGenerator
{
    /// <summary>Loads the model of a folder.</summary>
    public static ITextGenerator Load(Device device, RunFolder run)
    {
        var (model, tokenizer) = GptFiles.LoadWithTokenizer(device, run);
        return Of(device, model, tokenizer);
    }

    /// <summary>Writes with a model's parameters as they are at each moment, and disposes it in the end.</summary>
    public static ITextGenerator Of(Device device, GptModel model, ITokenizer tokenizer) =>
        new TextGenerator(model, tokenizer, texts => new GptDecoder(device, model, texts), model.Config.EosTokenId);
}
