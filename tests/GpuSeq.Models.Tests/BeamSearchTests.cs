namespace GpuSeq.Models.Tests;

/// <summary>The search for likely translations, on probabilities that are known.</summary>
public sealed class BeamSearchTests
{
    private const int End = SentenceVocabulary.EndId;

    // After each beginning, the next words with their probabilities; anything else ends.
    private static readonly Dictionary<string, (int Word, double Probability)[]> Language = new()
    {
        [""] = [(4, 0.6), (5, 0.4)],
        ["4"] = [(6, 0.5), (7, 0.3), (End, 0.2)],
        ["5"] = [(8, 0.9), (6, 0.1)],
        ["4 6"] = [(4, 0.5), (5, 0.5)],
    };

    [TestCase(1, 0.0, "4 6 4", 0.15)]
    [TestCase(2, 0.0, "5 8", 0.36)]
    [TestCase(3, 0.0, "5 8", 0.36)]
    public void Search_FindsTheLikeliest(int beam, double penalty, string words, double probability)
    {
        var found = Run(new(beam, penalty), maxLengths: [10, 10]);
        Assert.Multiple(() =>
        {
            Assert.That(found.Select(one => string.Join(' ', one.Words)), Is.All.EqualTo(words));
            Assert.That(found.Select(one => Math.Exp(one.Score)), Is.All.EqualTo(probability).Within(1e-6));
        });
    }

    [Test]
    public void Penalty_DividesByTheLengthAsWuEtAlHaveIt()
    {
        var found = Run(new(beam: 2, lengthPenalty: 0.6), maxLengths: [10])[0];
        Assert.That(found.Score, Is.EqualTo(Math.Log(0.36) / Math.Pow(8.0 / 6, 0.6)).Within(1e-6), "two words and the end");
    }

    [Test]
    public void Search_EndsAtTheGreatestLength() =>
        Assert.That(Run(new(beam: 1, lengthPenalty: 0.6), maxLengths: [2])[0].Words, Is.EqualTo(new[] { 4, 6 }));

    private static Found[] Run(BeamSearch search, int[] maxLengths)
    {
        string[] beginnings = [];
        return search.Run(maxLengths, (words, origins, count) =>
        {
            beginnings = origins is null
                ? [.. words.Select(_ => "")]
                : [.. words.Zip(origins, (word, origin) => $"{beginnings[origin]} {word}".Trim())];
            var next = beginnings.SelectMany(beginning => Next(beginning, count)).ToArray();
            return new([.. next.Select(one => (float)Math.Log(one.Probability))], [.. next.Select(one => one.Word)]);
        });
    }

    private static IEnumerable<(int Word, double Probability)> Next(string beginning, int count) =>
        Language.GetValueOrDefault(beginning, [(End, 1.0)]).Concat(Enumerable.Range(100, 10).Select(word => (word, 1e-9))).Take(count);
}
