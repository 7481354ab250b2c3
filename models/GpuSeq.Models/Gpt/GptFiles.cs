using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Reads and writes GPTs in the Hub's layout: <c>config.json</c>, and <c>model.safetensors</c> or its shards.</summary>
public static class GptFiles
{
    private const long MaximalShardBytes = 5_000_000_000; // as the Hub's files have it

    /// <summary>Loads the model of a folder.</summary>
    /// <exception cref="DataException">The configuration cannot be read, or asks for what is not supported.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static GptModel Load(Device device, RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var config = GptConfig.Load(folder.Config);
        return folder.Fill(new GptModel(device, config), new() { Rename = name => NameOf(name, config.TiesWeights) });
    }

    /// <summary>Loads the model of a folder and its tokenizer.</summary>
    /// <inheritdoc cref="Load"/>
    /// <exception cref="DataException">They do not go together, or a file cannot be read.</exception>
    internal static (GptModel Model, ITokenizer Tokenizer) LoadWithTokenizer(Device device, RunFolder folder)
    {
        var tokenizer = Tokenizers.Load(folder.Path);
        var model = Load(device, folder);
        if (tokenizer.Count <= model.Config.VocabSize)
            return (model, tokenizer);
        model.Dispose();
        throw new DataException(
            folder.Config, $"vocab_size is {model.Config.VocabSize}, but the tokenizer has {tokenizer.Count} tokens");
    }

    /// <summary>Writes the model into a folder that is there, in shards where it is too large for one file.</summary>
    /// <exception cref="CheckpointException">A file cannot be written.</exception>
    public static void Save(GptModel model, RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(folder);
        model.Config.Save(folder.Config);
        TensorFiles.SaveSharded(folder.Path, model.Parameters, MaximalShardBytes, TensorFiles.HubMetadata);
    }

    // Old files have no prefix, and hold the causal masks of attention beside the parameters.
    private static string? NameOf(string name, bool isTied)
    {
        if (name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal))
            return null;
        if (name.StartsWith($"{GptModel.OutputLayer}.", StringComparison.Ordinal))
            return isTied ? null : name;
        return name.StartsWith($"{GptModel.Prefix}.", StringComparison.Ordinal) ? name : $"{GptModel.Prefix}.{name}";
    }
}
