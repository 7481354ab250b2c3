namespace GpuSeq.Models;

/// <summary>A sentence with what is to be said of it.</summary>
/// <param name="Words">Its words.</param>
/// <param name="Labels">A label for each word, or one for the sentence.</param>
public sealed record LabelledWords(IReadOnlyList<string> Words, IReadOnlyList<string> Labels)
{
    /// <summary>The most words that are looked at together.</summary>
    public const int MaxWords = 128;

    /// <summary>Reads what the recipes take.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static IReadOnlyList<LabelledWords> Read(string path, LabelUnit unit) => unit == LabelUnit.Word ? ReadTags(path) : ReadClasses(path);

    /// <summary>Reads sentences with a tag for each word; long ones are cut into several.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static IReadOnlyList<LabelledWords> ReadTags(string path) =>
    [
        .. ConllFile.Read(path).SelectMany(
            sentence => sentence.Tokens.Chunk(MaxWords).Zip(sentence.Tags.Chunk(MaxWords), (words, tags) => new LabelledWords(words, tags))),
    ];

    private static IReadOnlyList<LabelledWords> ReadClasses(string path) =>
    [
        .. Directory.GetFiles(path).Order(StringComparer.Ordinal).SelectMany(file => TextFile.Read(file).Split('\n')
            .Where(line => !string.IsNullOrWhiteSpace(line))
            .Select(line => new LabelledWords(
                [.. WordSplitter.Split(line, lowerCase: false).Take(MaxWords)], [Path.GetFileNameWithoutExtension(file)]))),
    ];
}
