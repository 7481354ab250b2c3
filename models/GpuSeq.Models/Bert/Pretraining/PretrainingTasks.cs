using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Makes the tasks of pre-trainings.</summary>
public static class PretrainingTasks
{
    /// <summary>Begins a pre-training, or makes one that is to be resumed.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="modelType">The type of model.</param>
    /// <param name="run">The data, what examples are, and which model is trained on.</param>
    /// <param name="form">The form of a new model that reads the pieces of an encoder.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="resumed">The run that goes on, whose state the trainer reads; null for a new one.</param>
    /// <param name="notice">Told of what a person should know of the data.</param>
    /// <returns>The task, to be disposed.</returns>
    /// <exception cref="DataException">The data or the folder of a model or tokenizer cannot be used.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static ITrainingTask Begin(
        Device device, string modelType, PretrainingRun run, Func<TextEncoder, BertConfig> form, TrainingOptions options,
        RunFolder? resumed = null, Action<string>? notice = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(options);
        var origin = resumed?.Path ?? run.From;
        var config = origin is null ? null : LoadConfig(origin, modelType);
        var encoder = (origin ?? run.Tokenizer) is { } folder ? TextEncoder.Load(folder) : null;
        var corpus = PretrainingCorpus.Read(run, modelType, encoder, notice);
        config ??= form(corpus.Encoder);
        Check(config, corpus, run);
        if (run.Dropout is { } share)
            config = config with { HiddenDropout = share, AttentionDropout = share };
        return Task(device, corpus, config, resumed is null ? run : run with { From = null }, options, resumed);
    }

    private static ITrainingTask Task(
        Device device, PretrainingCorpus corpus, BertConfig config, PretrainingRun run, TrainingOptions options, RunFolder? resumed)
    {
        var from = run.From is { } folder ? new RunFolder(folder) : null;
        if (config.ModelType == BertConfig.Electra)
            return new ElectraTask(device, corpus, ElectraModel.Begin(device, config, run, options.Seed, from, resumed), run, options);
        var model = from is null
            ? PretrainingModel.Create(device, config, options.Seed)
            : PretrainingModel.Begin(device, from, _ => config, options.Seed);
        return new PretrainingTask(device, corpus, model, run, options);
    }

    private static BertConfig LoadConfig(string folder, string modelType)
    {
        var path = new RunFolder(folder).Config;
        var config = BertConfig.Load(path);
        return config.ModelType == modelType
            ? config
            : throw new DataException(path, $"the model is of type '{config.ModelType}', not '{modelType}'");
    }

    private static void Check(BertConfig config, PretrainingCorpus corpus, PretrainingRun run)
    {
        var tokens = corpus.Encoder.Tokenizer.Count;
        if (run.Length > config.MaxLength)
        {
            throw new DataException(
                corpus.Source, $"examples of {run.Length} tokens are longer than the model's {config.MaxLength} places");
        }
        if (tokens > config.VocabSize)
            throw new DataException(corpus.Source, $"the model knows {config.VocabSize} tokens, but the tokenizer has {tokens}");
    }
}
