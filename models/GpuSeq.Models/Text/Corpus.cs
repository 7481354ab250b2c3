namespace GpuSeq.Models;

/// <summary>How a text is cut into words.</summary>
public sealed record CorpusOptions
{
    /// <summary>
    /// Whether blanks separate the words already and each line is a paragraph, as in WikiText; otherwise <see cref="WordSplitter"/>
    /// cuts, and blank lines end paragraphs.
    /// </summary>
    public bool IsTokenized { get; init; }

    /// <summary>Whether capital letters stay.</summary>
    public bool KeepsCase { get; init; }

    /// <summary>Whether what has neither a letter nor a digit, such as a comma, is left out.</summary>
    public bool DropsPunctuation { get; init; }
}

/// <summary>A text for models of words.</summary>
/// <param name="Paragraphs">Its words, paragraph by paragraph; none is empty.</param>
/// <param name="Source">Where it comes from, for messages.</param>
public sealed record Corpus(IReadOnlyList<string[]> Paragraphs, string Source)
{
    private const double TrainShare = 0.9;

    /// <summary>The words in their order.</summary>
    public IEnumerable<string> Words => Paragraphs.SelectMany(words => words);

    /// <summary>
    /// Reads a text file, or all files of a folder whose names end in <c>.txt</c>, in the order of their names. What Project
    /// Gutenberg writes around its books is left out.
    /// </summary>
    /// <exception cref="DataException">There is no such file or folder, a file is not UTF-8, or there are no words.</exception>
    public static Corpus Read(string path, CorpusOptions options)
    {
        var paragraphs = TextFolder.Read(path).SelectMany(text => Cut(text, options)).ToArray();
        return paragraphs.Length > 0 ? new(paragraphs, path) : throw new DataException(path, "there are no words in it");
    }

    /// <summary>The words of a text.</summary>
    public static Corpus Of(string text, string source, CorpusOptions options) => new([.. Cut(text, options)], source);

    /// <summary>The first nine tenths, and the last tenth to measure on.</summary>
    /// <exception cref="DataException">There are fewer than two paragraphs.</exception>
    public (Corpus Train, Corpus Held) Split()
    {
        if (Paragraphs.Count < 2)
            throw TooShort();
        var split = Math.Min((int)Math.Ceiling(Paragraphs.Count * TrainShare), Paragraphs.Count - 1);
        return (this with { Paragraphs = [.. Paragraphs.Take(split)] },
            new([.. Paragraphs.Skip(split)], $"{Source}, last tenth"));
    }

    /// <summary>Nine of every ten paragraphs, and the others to measure on: both speak of the same.</summary>
    /// <exception cref="DataException">There are fewer than two paragraphs.</exception>
    public (Corpus Train, Corpus Held) SplitEvenly()
    {
        const int Every = 10;
        var held = Math.Min(Every, Paragraphs.Count) - 1;
        var paragraphs = Paragraphs.Index().ToLookup(entry => entry.Index % Every == held, entry => entry.Item);
        return Paragraphs.Count < 2 ? throw TooShort() : (this with { Paragraphs = [.. paragraphs[false]] },
            new([.. paragraphs[true]], $"{Source}, every tenth paragraph"));
    }

    /// <summary>The numbers of the words that a vocabulary knows, paragraph by paragraph; others are left out.</summary>
    public IReadOnlyList<int[]> Known(Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return [.. Paragraphs.Select(words => vocabulary.Encode(words).Where(id => id != Vocabulary.UnknownId).ToArray())];
    }

    private DataException TooShort() => new(Source, "there is only one paragraph, so that no part can be held back");

    private static IEnumerable<string[]> Cut(string text, CorpusOptions options) =>
        ParagraphSplitter.Split(text, options.IsTokenized).Select(block => WordsOf(block, options)).Where(words => words.Length > 0);

    private static string[] WordsOf(string block, CorpusOptions options)
    {
        var words = options.IsTokenized
            ? (options.KeepsCase ? block : block.ToLowerInvariant()).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            : WordSplitter.Split(block, lowerCase: !options.KeepsCase);
        return [.. options.DropsPunctuation ? words.Where(word => word.Any(char.IsLetterOrDigit)) : words];
    }
}
