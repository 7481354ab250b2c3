using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Writes text with a character model.</summary>
internal static class CharRnnGenerator
{
    /// <summary>Loads the best model of a run.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static ITextGenerator Load(Device device, RunFolder run)
    {
        var config = CharRnnConfig.Load(run.Config);
        var vocabulary = CharVocabulary.Load(run.File(CharRnnTask.VocabularyFile));
        if (vocabulary.Count != config.VocabSize)
            throw new DataException(run.Config, $"vocab_size is {config.VocabSize}, but the vocabulary has {vocabulary.Count} characters");
        return Of(device, run.Fill(new CharRnnModel(device, config)), vocabulary);
    }

    /// <summary>Writes with a model's parameters as they are at each moment, and disposes it in the end.</summary>
    public static ITextGenerator Of(Device device, CharRnnModel model, CharVocabulary vocabulary) =>
        new TextGenerator(model, new CharTokenizer(vocabulary), texts => new CharRnnDecoder(device, model, texts));
}
