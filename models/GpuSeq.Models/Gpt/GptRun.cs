namespace GpuSeq.Models;

/// <summary>What a run of the recipe has beside the model and the training.</summary>
public sealed record GptRun : RecipeData
{
    /// <summary>What tokens a text is cut into.</summary>
    public TokenizerKind Tokenizer { get; init; } = TokenizerKind.Char;

    /// <summary>The most tokens of a byte-pair encoding.</summary>
    public int VocabSize { get; init; } = 2048;

    /// <inheritdoc/>
    public override string? Fault => Tokenizer switch
    {
        TokenizerKind.Wordpiece or TokenizerKind.Unigram =>
            $"tokenizer is {Tokenizer.ToString().ToLowerInvariant()}, which does not give texts back as they were; bpe, char and byte do",
        TokenizerKind.Bpe when VocabSize <= GptCorpus.LeastPairTokens => $"vocab_size is not above {GptCorpus.LeastPairTokens}",
        _ => null,
    };
}
