using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>What a fine-tuning begins with.</summary>
/// <param name="Tokenizer">Of the texts.</param>
/// <param name="Config">The form of the GPT, without the special tokens.</param>
/// <param name="Model">The GPT; null where its first values are drawn at random, or come from a state to resume from.</param>
public sealed record GptOrigin(ITokenizer Tokenizer, GptConfig Config, GptModel? Model) : IDisposable
{
    /// <summary>Loads a pre-trained GPT: a run of the recipe <c>gpt</c>, or a folder as the Hub has it.</summary>
    /// <exception cref="DataException">A file cannot be read, or the model is no GPT.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static GptOrigin Load(Device device, string folder)
    {
        var (model, tokenizer) = GptFiles.LoadWithTokenizer(device, new(folder));
        return new(tokenizer, model.Config, model);
    }

    /// <summary>A small GPT without any training, and a byte-level byte-pair encoding that is learned from the examples.</summary>
    /// <param name="form">Its form; the number of tokens is taken from the examples.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="vocabSize">The most tokens.</param>
    public static GptOrigin New(GptConfig form, TextExamples examples, int vocabSize)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(examples);
        var tokenizer = ByteLevelBpe.Train(examples.Train.SelectMany(example => example.Texts), vocabSize);
        return new(tokenizer, form with { VocabSize = tokenizer.Count, BosTokenId = null, EosTokenId = null }, null);
    }

    /// <summary>What a run that is resumed began with, but for the parameters.</summary>
    /// <exception cref="DataException">A file of the run cannot be read.</exception>
    public static GptOrigin Resume(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new(Tokenizers.Load(run.Path), GptTuningConfig.Load(run.Config).Gpt, null);
    }

    /// <summary>The form of a model to be fine-tuned: this one's, with the special tokens at the end of the vocabulary.</summary>
    /// <param name="form">What it tells of texts.</param>
    /// <param name="maxLength">The most tokens of a sequence; the context is a limit too.</param>
    public GptTuningConfig Begin(GptTuningForm form, int maxLength) => new()
    {
        Form = form,
        MaxLength = Math.Min(maxLength, Config.Context),
        Gpt = Config with { VocabSize = Config.VocabSize + GptTuningConfig.SpecialTokens },
    };

    /// <summary>Gives the memory of the GPT back.</summary>
    public void Dispose() => Model?.Dispose();
}
