using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>How the next character is chosen.</summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits; 0 always takes the most likely character.</summary>
    public float Temperature { get; init; } = 1f;

    /// <summary>Only so many of the most likely characters are considered; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>The same seed writes the same text.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>A trained character model that writes text.</summary>
public sealed class CharGenerator : IDisposable
{
    private readonly Device _device;
    private readonly CharRnnModel _model;
    private readonly CharVocabulary _vocabulary;

    /// <summary>A generator that writes with a model's parameters as they are at each moment, and disposes it in the end.</summary>
    internal CharGenerator(Device device, CharRnnModel model, CharVocabulary vocabulary) =>
        (_device, _model, _vocabulary) = (device, model, vocabulary);

    /// <summary>Loads the best model of a run.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static CharGenerator Load(Device device, string folder)
    {
        var run = new RunFolder(folder);
        var config = CharRnnConfig.Load(run.Config);
        var vocabulary = CharVocabulary.Load(run.File(CharRnnTask.VocabularyFile));
        if (vocabulary.Count != config.VocabSize)
            throw new DataException(run.Config, $"vocab_size is {config.VocabSize}, but the vocabulary has {vocabulary.Count} characters");
        var model = run.Fill(new CharRnnModel(device, config));
        return new(device, model, vocabulary);
    }

    /// <summary>Reads a prompt and goes on writing, one character at a time.</summary>
    /// <param name="prompt">What comes before; empty to begin with a new line, or the first character where there is none.</param>
    /// <param name="length">How many characters to write.</param>
    /// <param name="options">How they are chosen.</param>
    /// <exception cref="DataException">A character of the prompt is unknown to the model.</exception>
    public IEnumerable<string> Write(string prompt, int length, SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var ids = prompt.Length > 0 ? _vocabulary.Encode(prompt, "prompt") : [_vocabulary.Find("\n") ?? 0];
        return Write(ids, length, options);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _model.Dispose();

    private IEnumerable<string> Write(int[] ids, int length, SamplingOptions options)
    {
        var sampler = new Sampler(options);
        using var state = new CharRnnState(_device, _model.Config, batch: 1);
        for (var i = 0; i < length; i++)
        {
            using var graph = _device.BeginGraph(isTraining: false);
            var logits = _model.Forward(graph.Input(ids, [1, ids.Length]), state).ToArray();
            var next = sampler.Choose(logits.AsSpan((ids.Length - 1) * _vocabulary.Count));
            yield return _vocabulary.Decode(next);
            ids = [next];
        }
    }
}
