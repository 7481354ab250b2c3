using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>The options of recipes that learn from a text word by word.</summary>
internal sealed class CorpusArguments
{
    private readonly bool _keepsCase;

    /// <param name="training">Gets the options.</param>
    /// <param name="minCount">The default.</param>
    /// <param name="maxVocabulary">The default.</param>
    /// <param name="keepsCase">Whether capital letters stay without an option.</param>
    public CorpusArguments(TrainingArguments training, int minCount, int maxVocabulary, bool keepsCase = false)
    {
        _keepsCase = keepsCase;
        MinCount = CommonOptions.Number("--min-count", "Words that occur less often are not learned.", minCount, 1);
        MaxVocabulary = CommonOptions.Number("--vocab-size", "Learn at most so many words, the most frequent.", maxVocabulary, 4);
        Tokenized = new("--tokenized")
        {
            Description = "The text is cut into words already: blanks between them, a paragraph on each line, as in WikiText.",
        };
        KeepCase = new("--keep-case") { Description = "Keep capital letters." };
        training.Add(MinCount, MaxVocabulary, Tokenized);
        if (!keepsCase)
            training.Add(KeepCase);
    }

    public Option<int> MinCount { get; }

    public Option<int> MaxVocabulary { get; }

    public Option<bool> Tokenized { get; }

    public Option<bool> KeepCase { get; }

    /// <summary>How the call wants texts cut into words.</summary>
    public CorpusOptions Options(TrainingStart start, bool dropsPunctuation) => new()
    {
        IsTokenized = start.Get(Tokenized),
        KeepsCase = _keepsCase || start.Get(KeepCase),
        DropsPunctuation = dropsPunctuation,
    };

    /// <summary>The text that a run learns from, and the one to measure on where it is another.</summary>
    public static (Corpus Train, Corpus? Held) Read(RecipeData recipe, CorpusOptions options, Func<string> builtIn) => (
        recipe.Data is { } data ? Corpus.Read(data, options) : Corpus.Of(builtIn(), "the built-in text", options),
        recipe.Validation is { } validation ? Corpus.Read(validation, options) : null);
}
