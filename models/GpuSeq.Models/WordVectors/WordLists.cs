using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What word vectors are held against: judgements of similarity, and analogies.</summary>
/// <param name="Similarities">The first.</param>
/// <param name="Analogies">The second.</param>
public sealed record WordLists(IReadOnlyList<WordSimilarityList> Similarities, IReadOnlyList<AnalogyList> Analogies)
{
    /// <summary>Reads a list, or the lists of a folder whose names end in <c>.txt</c>.</summary>
    /// <exception cref="DataException">There are none, or one cannot be read.</exception>
    public static WordLists Read(string path) => Find(path)
        ?? throw new DataException(path, "there is no list: lines of two words and a number with tabs between them, or of four words below ': SECTION'");

    /// <summary>The same; null where the file, or the first of the folder, is no list but a text.</summary>
    /// <exception cref="DataException">One of the lists cannot be read.</exception>
    internal static WordLists? Find(string path)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.GetFiles(path, "*.txt").Order(StringComparer.Ordinal)] : [path];
        if (files.Length == 0 || !(IsSimilarity(files[0]) || IsAnalogy(files[0])))
            return null;
        return new(
            [.. files.Where(file => !IsAnalogy(file)).Select(WordSimilarityList.Read)], [.. files.Where(IsAnalogy).Select(AnalogyList.Read)]);
    }

    /// <summary>
    /// Measures vectors: for each list of judgements <c>spearman_NAME</c> and <c>coverage_NAME</c>, the share of its pairs that are
    /// known; for analogies the share that is answered rightly of those whose words are known, by section and in all, and their
    /// share of all questions. There is no loss.
    /// </summary>
    public Evaluation Measure(Device device, WordVectorTable vectors)
    {
        var clock = Stopwatch.StartNew();
        var (metrics, examples) = (new Dictionary<string, double>(), 0);
        foreach (var list in Similarities)
        {
            var (correlation, known) = list.Measure(vectors);
            if (double.IsFinite(correlation))
                metrics[$"spearman_{list.Name}"] = correlation;
            metrics[$"coverage_{list.Name}"] = (double)known / list.Pairs.Count;
            examples += known;
        }
        foreach (var list in Analogies)
        {
            var scores = list.Measure(device, vectors);
            var known = scores.Sum(score => score.Known);
            foreach (var score in scores.Where(score => score.Known > 0))
                metrics[$"{list.Name}_{score.Section}"] = (double)score.Right / score.Known;
            if (known > 0)
                metrics[$"accuracy_{list.Name}"] = (double)scores.Sum(score => score.Right) / known;
            metrics[$"coverage_{list.Name}"] = (double)known / list.Questions.Count;
            examples += known;
        }
        return new(double.NaN, metrics, examples, clock.Elapsed.TotalSeconds);
    }

    private static bool IsSimilarity(string path) => WordSimilarityList.Parse(FirstLine(path)) is not null;

    private static bool IsAnalogy(string path) => FirstLine(path).StartsWith(':');

    private static string FirstLine(string path) => TextFile.Read(path).Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "";
}
