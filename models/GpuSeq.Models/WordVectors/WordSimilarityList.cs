using System.Globalization;

namespace GpuSeq.Models;

/// <summary>Pairs of words that people have judged by how alike or related they are, such as WordSim-353.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Pairs">The words, with the mean of the judgements.</param>
public sealed record WordSimilarityList(string Name, IReadOnlyList<(string First, string Second, double Score)> Pairs)
{
    /// <summary>Reads a file whose lines are <c>word1 TAB word2 TAB score</c>; empty lines are left out.</summary>
    /// <exception cref="DataException">It cannot be read, or a line is something else; names the line.</exception>
    public static WordSimilarityList Read(string path)
    {
        var pairs = new List<(string, string, double)>();
        foreach (var (number, line) in TextFile.Read(path).Split('\n').Index())
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                pairs.Add(Parse(line)
                    ?? throw new DataException(path, $"line {number + 1} is not two words and a number with tabs between them"));
            }
        }
        return pairs.Count > 0 ? new(Path.GetFileNameWithoutExtension(path), pairs) : throw new DataException(path, "there are no pairs in it");
    }

    /// <summary>How well vectors agree with people.</summary>
    /// <returns>
    /// Spearman's correlation over the pairs whose words are both known, not a number for fewer than two; and how many pairs that are.
    /// </returns>
    public (double Correlation, int Known) Measure(WordVectorTable vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var (judged, computed) = (new List<double>(), new List<double>());
        foreach (var (first, second, score) in Pairs)
        {
            if (vectors.Find(first) is not { } a || vectors.Find(second) is not { } b)
                continue;
            judged.Add(score);
            computed.Add(vectors.Similarity(a, b));
        }
        return (Spearman.Correlation(computed, judged), judged.Count);
    }

    /// <summary>A line of such a list; null where it is something else.</summary>
    internal static (string First, string Second, double Score)? Parse(string line)
    {
        var cells = line.TrimEnd('\r').Split('\t');
        return cells.Length == 3 && cells[0].Length > 0 && cells[1].Length > 0
            && double.TryParse(cells[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var score) && double.IsFinite(score)
            ? (cells[0], cells[1], score)
            : null;
    }
}
