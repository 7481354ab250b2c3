namespace GpuSeq.Models;

/// <summary>Tagged sentences to learn from, and others to measure on.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To measure on.</param>
public sealed record TaggedCorpus(IReadOnlyList<TaggedSentence> Train, IReadOnlyList<TaggedSentence> Validation)
{
    private const int HeldBack = 10; // one document, or sentence, of so many

    private static readonly string[] Endings = [".conll", ".conllu", ".iob", ".iob2", ".bio", ".bioes", ".tsv", ".txt"];

    /// <summary>Reads files as <see cref="ConllFile"/> does.</summary>
    /// <param name="data">
    /// A file, several with commas between them, or a folder. Of a folder, files with <c>train</c> in their names are learned from,
    /// all where there is none; those with <c>dev</c> or <c>valid</c> are measured on, those with <c>test</c> are left alone.
    /// </param>
    /// <param name="validation">
    /// The same to measure on, which is not learned from; null for what the folder holds, or else a tenth that is held back: whole
    /// documents where the files tell them apart, else sentences.
    /// </param>
    /// <param name="seed">Of what is held back.</param>
    /// <exception cref="DataException">A file cannot be read, or a folder holds none.</exception>
    public static TaggedCorpus Read(string data, string? validation, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        var files = Files(data);
        var named = files.Where(path => IsNamed(path, "dev", "valid")).ToArray();
        var held = validation is null ? Directory.Exists(data) ? named : [] : Files(validation);
        if (Directory.Exists(data))
        {
            files = [.. files.Except(named).Where(path => !IsNamed(path, "test"))];
            var train = files.Where(path => IsNamed(path, "train")).ToArray();
            files = train.Length > 0 ? train : files;
        }
        files = [.. files.Except(held)];
        if (files.Length == 0)
            throw new DataException(data, "there is no file to learn from beside those to measure on");
        return held.Length > 0 ? new(ReadAll(files), ReadAll(held)) : Split(ReadAll(files), data, seed);
    }

    /// <summary>Reads all files of a path: a file, several with commas between them, or a folder.</summary>
    /// <exception cref="DataException">A file cannot be read, or a folder holds none.</exception>
    public static IReadOnlyList<TaggedSentence> ReadAll(string data) => ReadAll(Files(data));

    /// <summary>The tags of what is learned from, as <see cref="TagsOf"/> has them; what is measured on has no others.</summary>
    /// <param name="data">Where the sentences come from, for messages.</param>
    /// <exception cref="DataException">There are no spans to learn, or those to measure on have other types.</exception>
    public IReadOnlyList<string> KnownTags(RecipeData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var tags = TagsOf(Train);
        if (tags.Count == 1)
            throw new DataException(data.Data ?? "the data", "no span is marked in it: every tag is O");
        CheckTags(Validation, tags, data.Validation ?? data.Data ?? "the data");
        return tags;
    }

    /// <summary>Makes sure that a model knows the types of all spans.</summary>
    /// <param name="sentences">The sentences.</param>
    /// <param name="tags">The model's tags.</param>
    /// <param name="source">Where the sentences come from, for the message.</param>
    /// <exception cref="DataException">One is unknown; names it and those that are known.</exception>
    public static void CheckTags(IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<string> tags, string source)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var known = tags.ToHashSet(StringComparer.Ordinal);
        if (sentences.SelectMany(sentence => sentence.Tags).FirstOrDefault(tag => !known.Contains(tag)) is { } unknown)
            throw new DataException(source, $"the model has no tag '{unknown}'; it has {string.Join(", ", tags)}");
    }

    /// <summary>The tags in the scheme BIO for the types that occur: O, then B and I of each type in alphabetical order.</summary>
    public static IReadOnlyList<string> TagsOf(IEnumerable<TaggedSentence> sentences)
    {
        var types = sentences.SelectMany(sentence => TagSpan.Of(sentence.Tags)).Select(span => span.Type).Distinct();
        return [TagSpan.Outside, .. types.Order(StringComparer.Ordinal).SelectMany(type => new[] { $"B-{type}", $"I-{type}" })];
    }

    private static TaggedCorpus Split(IReadOnlyList<TaggedSentence> sentences, string source, ulong seed)
    {
        var documents = sentences.GroupBy(sentence => sentence.Document).Select(document => document.ToArray()).ToArray();
        if (documents.Length < HeldBack)
            documents = [.. sentences.Select(sentence => new[] { sentence })];
        if (documents.Length < 2)
            throw new DataException(source, "one sentence cannot be split into those to learn from and those to measure on");
        var (held, kept) = new SplitMix64(seed).HoldBack(documents, Math.Max(1, documents.Length / HeldBack));
        return new([.. kept.SelectMany(document => document)], [.. held.SelectMany(document => document)]);
    }

    // Documents are numbered on from file to file.
    private static List<TaggedSentence> ReadAll(IEnumerable<string> files)
    {
        var sentences = new List<TaggedSentence>();
        foreach (var file in files)
        {
            var before = sentences.Count > 0 ? sentences[^1].Document + 1 : 0;
            sentences.AddRange(ConllFile.Read(file).Select(sentence => sentence with { Document = before + sentence.Document }));
        }
        return sentences;
    }

    private static string[] Files(string data)
    {
        if (File.Exists(data))
            return [Path.GetFullPath(data)];
        if (!Directory.Exists(data))
            return [.. data.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath)];
        var files = Directory.GetFiles(data).Where(path => Endings.Contains(Path.GetExtension(path).ToLowerInvariant()))
            .Select(Path.GetFullPath).Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0
            ? files
            : throw new DataException(data, $"the folder holds no file that ends in {string.Join(", ", Endings)}");
    }

    private static bool IsNamed(string path, params string[] names) =>
        names.Any(name => Path.GetFileName(path).Contains(name, StringComparison.OrdinalIgnoreCase));
}
