using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>
/// Reads and writes models of BERT's family in the Hub's layout: <c>config.json</c>, and <c>model.safetensors</c> or its shards.
/// </summary>
public static class BertFiles
{
    private const long MaximalShardBytes = 5_000_000_000; // as the Hub's files have it

    /// <summary>Loads the model of a folder. What the folder holds beside it, such as other heads, is not read.</summary>
    /// <exception cref="DataException">The configuration cannot be read, asks for what is not supported, or the folder's model is for
    /// something else.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static BertModel<THead> Load<THead>(Device device, RunFolder folder)
        where THead : IBertHead<THead>
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Fill(Create<THead>(device, folder, BertConfig.Load(folder.Config), seed: 0), folder, headMayBegin: false);
    }

    /// <summary>Loads what a fine-tuning begins with: a head that the folder has not, or has for other labels, begins at random.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="folder">The pre-trained model.</param>
    /// <param name="change">What is to be changed of its form, such as labels and dropout; sizes are the folder's.</param>
    /// <param name="seed">Of what begins at random.</param>
    /// <exception cref="DataException">The configuration cannot be read, asks for what is not supported, or the type of model has no
    /// such head.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static BertModel<THead> Begin<THead>(Device device, RunFolder folder, Func<BertConfig, BertConfig> change, ulong seed)
        where THead : IBertHead<THead>
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(change);
        return Fill(Create<THead>(device, folder, change(BertConfig.Load(folder.Config)), seed), folder, headMayBegin: true);
    }

    /// <summary>Writes the model into a folder that is there, in shards where it is too large for one file.</summary>
    /// <exception cref="CheckpointException">A file cannot be written.</exception>
    public static void Save<THead>(BertModel<THead> model, RunFolder folder)
        where THead : IBertHead<THead>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(folder);
        model.Config.Save(folder.Config);
        TensorFiles.SaveSharded(folder.Path, model.Parameters, MaximalShardBytes, TensorFiles.HubMetadata);
    }

    private static BertModel<THead> Create<THead>(Device device, RunFolder folder, BertConfig config, ulong seed)
        where THead : IBertHead<THead> => THead.Suits(config.ModelType)
        ? new(device, config, seed)
        : throw new DataException(folder.Config, $"the model is {Described(config)}, which {typeof(THead).Name} is not for");

    private static BertModel<THead> Fill<THead>(BertModel<THead> model, RunFolder folder, bool headMayBegin)
        where THead : IBertHead<THead>
    {
        try
        {
            using var checkpoint = Checkpoint.Open(folder.Path);
            var options = new LoadOptions
            {
                AllowUnexpected = true,
                MayDiffer = headMayBegin ? name => IsOfHead(name, model.EncoderPrefix) : null,
                Rename = BertNames.Renaming(model.Config, model.EncoderPrefix, checkpoint.Tensors.Keys),
            };
            if (!headMayBegin)
                RequireHead(model, checkpoint, options.Rename, folder);
            TensorFiles.Load(checkpoint, model.Parameters, options);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // The pooler is of the encoder by its name, but a model that foretells tokens is often stored without one.
    private static bool IsOfHead(string name, string encoderPrefix) =>
        !name.StartsWith(encoderPrefix, StringComparison.Ordinal) || name.StartsWith($"{encoderPrefix}pooler.", StringComparison.Ordinal);

    private static void RequireHead<THead>(
        BertModel<THead> model, Checkpoint checkpoint, Func<string, string?> rename, RunFolder folder)
        where THead : IBertHead<THead>
    {
        var present = checkpoint.Tensors.Keys.Select(rename).ToHashSet();
        var missing = model.Parameters.Parameters.Select(parameter => parameter.Name)
            .FirstOrDefault(name => IsOfHead(name, model.EncoderPrefix) && !present.Contains(name));
        if (missing is null)
            return;
        var found = Described(BertConfig.Load(folder.Config));
        throw new DataException(folder.Config, $"the model is {found}, not a {model.Config.Architecture}: it has no '{missing}'");
    }

    private static string Described(BertConfig config) =>
        config.Architecture is { } name ? $"a {name}" : $"of type '{config.ModelType}'";
}
