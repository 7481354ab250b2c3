namespace GpuSeq.Models;

/// <summary>Texts for a GPT, as tokens.</summary>
/// <param name="Tokenizer">Cuts texts into tokens.</param>
/// <param name="Train">What it learns from.</param>
/// <param name="Held">What it is measured on.</param>
/// <param name="Source">Where the texts come from, for messages.</param>
public sealed record GptCorpus(ITokenizer Tokenizer, int[] Train, int[] Held, string Source)
{
    /// <summary>The token behind each text, where the tokenizer has one.</summary>
    public const string EndOfText = TextGenerator.EndOfText;

    internal const int LeastPairTokens = 257; // a byte each, and the end of a text

    /// <summary>What the tokens are called, in the plural.</summary>
    public string Items => Tokenizer switch
    {
        CharTokenizer => "characters",
        ByteTokenizer => "bytes",
        _ => "tokens",
    };

    /// <summary>
    /// Reads the texts of a run: a file or the <c>.txt</c> files of a folder. Without others to measure on, the last tenth is held
    /// back.
    /// </summary>
    /// <param name="recipe">Which texts, and which tokens.</param>
    /// <param name="tokenizer">What cuts them; null to learn it from them.</param>
    /// <exception cref="DataException">A text cannot be read, or has what the tokenizer does not know.</exception>
    public static GptCorpus Read(GptRun recipe, ITokenizer? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var texts = recipe.Data is { } data ? TextFolder.Read(data) : [BuiltInText.Read()];
        var held = recipe.Validation is { } validation ? TextFolder.Read(validation) : null;
        return Of(texts, held, recipe, tokenizer);
    }

    /// <summary>The tokens of texts.</summary>
    /// <inheritdoc cref="Read"/>
    /// <param name="texts">What is learned from.</param>
    /// <param name="validation">What is measured on; null to hold back the last tenth.</param>
    /// <param name="recipe">Which tokens.</param>
    /// <param name="tokenizer">What cuts them; null to learn it from them.</param>
    public static GptCorpus Of(
        IReadOnlyList<string> texts, IReadOnlyList<string>? validation, GptRun recipe, ITokenizer? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(recipe);
        var (train, held) = validation is null ? TextFolder.Split(texts) : (texts, validation);
        // All characters, since the model could not read one that it has not seen; pairs of bytes of what is learned from alone.
        tokenizer ??= recipe.Tokenizer == TokenizerKind.Bpe
            ? Tokenizers.Train(TokenizerKind.Bpe, train, recipe.VocabSize, EndOfText)
            : Tokenizers.Train(recipe.Tokenizer, texts, vocabSize: 0);
        return new(tokenizer, Encode(tokenizer, train), Encode(tokenizer, held), recipe.Data ?? "the built-in text");
    }

    /// <summary>The tokens of texts, one text after the other.</summary>
    internal static int[] Encode(ITokenizer tokenizer, IEnumerable<string> texts)
    {
        var end = tokenizer.Find(EndOfText);
        return [.. texts.SelectMany(text => end is { } id ? [.. tokenizer.Encode(text), id] : tokenizer.Encode(text))];
    }
}
