using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>What a fine-tuning begins with.</summary>
/// <param name="Encoder">Of the texts.</param>
/// <param name="Config">The form of the model.</param>
/// <param name="Pretrained">The folder of its parameters; null where they are drawn at random, or come from a state.</param>
public sealed record BertOrigin(TextEncoder Encoder, BertConfig Config, RunFolder? Pretrained)
{
    private const float PublishedDropout = 0.1f; // Devlin et al. 2019, appendix A.2; the second version of ALBERT has none

    /// <summary>
    /// A pre-trained model: a run of ours, or a folder as the Hub has it. Runs are pre-trained without dropout unless it is asked for;
    /// to fine-tune them so would be to learn the examples by heart, so they get what is published.
    /// </summary>
    /// <exception cref="DataException">A file cannot be read, or the model is none of BERT's family.</exception>
    public static BertOrigin Load(string folder)
    {
        var origin = Read(folder);
        var isRun = File.Exists(new RunFolder(folder).Recipe);
        return isRun && origin.Config is { HiddenDropout: 0f, AttentionDropout: 0f, ModelType: not BertConfig.Albert }
            ? origin with { Config = origin.Config with { HiddenDropout = PublishedDropout, AttentionDropout = PublishedDropout } }
            : origin;
    }

    /// <summary>A small model without any training, and a WordPiece tokenizer that is learned from the texts.</summary>
    /// <param name="form">Its form; the number of tokens is taken from the texts.</param>
    /// <param name="texts">The texts to be learned from.</param>
    /// <param name="vocabSize">The most tokens.</param>
    /// <param name="lowerCase">Whether letters become small.</param>
    public static BertOrigin New(BertConfig form, IEnumerable<string> texts, int vocabSize, bool lowerCase = true)
    {
        ArgumentNullException.ThrowIfNull(form);
        var tokenizer = WordPiece.Train(texts, vocabSize, new() { LowerCase = lowerCase });
        var encoder = TextEncoder.Of(tokenizer);
        return new(encoder, form with { VocabSize = tokenizer.Count, PadTokenId = encoder.Special.Padding }, null);
    }

    /// <summary>What a run that is resumed began with, but for the parameters.</summary>
    /// <exception cref="DataException">A file of the run cannot be read.</exception>
    public static BertOrigin Resume(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Read(run.Path) with { Pretrained = null };
    }

    /// <summary>Makes the model that is to be fine-tuned.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="change">What is to be changed of its form, such as labels.</param>
    /// <param name="seed">Of what begins at random.</param>
    /// <exception cref="DataException">The type of model has no such head.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public BertModel<THead> Begin<THead>(Device device, Func<BertConfig, BertConfig> change, ulong seed)
        where THead : IBertHead<THead>
    {
        ArgumentNullException.ThrowIfNull(change);
        return Pretrained is null
            ? new(device, change(Config), seed)
            : BertFiles.Begin<THead>(device, Pretrained, _ => change(Config), seed);
    }

    private static BertOrigin Read(string folder)
    {
        var pretrained = new RunFolder(folder);
        var (config, encoder) = (BertConfig.Load(pretrained.Config), TextEncoder.Load(folder));
        return encoder.Tokenizer.Count <= config.VocabSize ? new(encoder, config, pretrained) : throw new DataException(
            pretrained.Config, $"the model knows {config.VocabSize} tokens, but the tokenizer has {encoder.Tokenizer.Count}");
    }
}
