using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>A question: d is to c as b is to a.</summary>
/// <param name="Section">What kind of question it is.</param>
/// <param name="A">The first word of the known pair.</param>
/// <param name="B">The second word of the known pair.</param>
/// <param name="C">The first word of the other pair.</param>
/// <param name="D">The answer.</param>
public sealed record Analogy(string Section, string A, string B, string C, string D);

/// <summary>How many questions of a section were answered.</summary>
/// <param name="Section">The section.</param>
/// <param name="All">Its questions.</param>
/// <param name="Known">Those whose four words are known.</param>
/// <param name="Right">Those that were answered with the right word.</param>
public sealed record AnalogyScore(string Section, int All, int Known, int Right);

/// <summary>Questions about pairs of words, in the format of <c>questions-words.txt</c> (Mikolov et al. 2013).</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Questions">The questions.</param>
public sealed record AnalogyList(string Name, IReadOnlyList<Analogy> Questions)
{
    private const int Batch = 512;
    private const int Candidates = 4; // one of them is none of the three words that are given

    /// <summary>Reads a file: lines of four words, below lines <c>: SECTION</c>.</summary>
    /// <exception cref="DataException">It cannot be read, or a line is something else; names the line.</exception>
    public static AnalogyList Read(string path)
    {
        var (section, questions) = ("", new List<Analogy>());
        foreach (var (number, line) in TextFile.Read(path).Split('\n').Index())
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (line.StartsWith(':'))
                section = line[1..].Trim();
            else if (words.Length == 4)
                questions.Add(new(section, words[0], words[1], words[2], words[3]));
            else if (words.Length > 0)
                throw new DataException(path, $"line {number + 1} has {words.Length} words where a question has four");
        }
        return questions.Count > 0 ? new(Path.GetFileNameWithoutExtension(path), questions) : throw new DataException(path, "there are no questions in it");
    }

    /// <summary>Answers the questions with the word nearest to b - a + c that is none of the three (3CosAdd).</summary>
    /// <returns>A score for each section, in their order.</returns>
    public IReadOnlyList<AnalogyScore> Measure(Device device, WordVectorTable vectors)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(vectors);
        var known = Questions.Select(question => Places(question, vectors)).OfType<Asked>().ToArray();
        var right = known.Chunk(Batch).SelectMany(asked => Answer(device, vectors, asked).Zip(asked))
            .Where(answer => answer.First == answer.Second.D).CountBy(answer => answer.Second.Section).ToDictionary();
        var knownBySection = known.CountBy(asked => asked.Section).ToDictionary();
        return
        [
            .. Questions.CountBy(question => question.Section).Select(section => new AnalogyScore(
                section.Key, section.Value, knownBySection.GetValueOrDefault(section.Key), right.GetValueOrDefault(section.Key))),
        ];
    }

    private static Asked? Places(Analogy question, WordVectorTable vectors) =>
        vectors.Find(question.A) is { } a && vectors.Find(question.B) is { } b && vectors.Find(question.C) is { } c
        && vectors.Find(question.D) is { } d
            ? new(question.Section, a, b, c, d)
            : null;

    private static IEnumerable<int> Answer(Device device, WordVectorTable vectors, Asked[] asked)
    {
        var (size, candidates) = (vectors.Size, Math.Min(Candidates, vectors.Words.Count));
        var sums = new float[asked.Length * size];
        foreach (var (row, question) in asked.Index())
            vectors.Analogy(question.A, question.B, question.C, sums.AsSpan(row * size, size));
        using var graph = device.BeginGraph(isTraining: false);
        var units = graph.Input(vectors.Units, [vectors.Words.Count, size]);
        var best = graph.Input(sums, [asked.Length, size]).Linear(units).TopK(candidates).Indices.ToIntArray(); // [Q, candidates]
        return [.. asked.Select((question, row) => best.Skip(row * candidates).Take(candidates).FirstOrDefault(question.IsFree, -1))];
    }

    // A question by the places of its words.
    private sealed record Asked(string Section, int A, int B, int C, int D)
    {
        public bool IsFree(int place) => place != A && place != B && place != C;
    }
}
