namespace GpuSeq.Models;

/// <summary>What tokens a text is cut into.</summary>
public enum TokenizerKind
{
    /// <summary>Its characters.</summary>
    Char,

    /// <summary>The bytes of its UTF-8.</summary>
    Byte,

    /// <summary>Byte-level byte-pair encoding, learned from it (Radford et al. 2019, section 2.2).</summary>
    Bpe,
}

/// <summary>What a run of the recipe has beside the model and the training.</summary>
public sealed record GptRun : RecipeData
{
    /// <summary>What tokens a text is cut into.</summary>
    public TokenizerKind Tokenizer { get; init; }

    /// <summary>The most tokens of a byte-pair encoding.</summary>
    public int VocabSize { get; init; } = 2048;

    /// <inheritdoc/>
    public override string? Fault => Tokenizer == TokenizerKind.Bpe && VocabSize <= GptCorpus.LeastPairTokens
        ? $"vocab_size is not above {GptCorpus.LeastPairTokens}"
        : null;
}
