using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>What word vectors are measured by.</summary>
public sealed class WordListTests
{
    // Four words on a circle; north and up are the same direction.
    private static readonly WordVectorTable Compass = new(
        ["east", "north", "west", "south", "up", "northeast"], [2, 0, 0, 3, -1, 0, 0, -1, 0, 5, 1, 1], "a compass");

    [Test]
    public void Spearman_IsThatOfHandComputedCases()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Spearman.Correlation([1, 2, 3, 4], [10, 20, 30, 40]), Is.EqualTo(1).Within(1e-12));
            Assert.That(Spearman.Correlation([1, 2, 3, 4], [8, 4, 2, 1]), Is.EqualTo(-1).Within(1e-12));
            // d = 1, 1, 1, 1, 0: 1 - 6 * 4 / (5 * 24)
            Assert.That(Spearman.Correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]), Is.EqualTo(0.8).Within(1e-12));
            // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
            Assert.That(Spearman.Correlation([1, 2, 2, 3], [1, 2, 3, 4]), Is.EqualTo(4.5 / Math.Sqrt(22.5)).Within(1e-12));
            Assert.That(Spearman.Correlation([1, 1, 1], [1, 2, 3]), Is.NaN);
            Assert.That(() => Spearman.Correlation([1], [1, 2]), Throws.ArgumentException);
            Assert.That(Spearman.Ranks([7, 3, 7, 7]), Is.EqualTo(new[] { 3, 1, 3, 3 }));
        }
    }

    [Test]
    public void Neighbors_ComeInTheOrderOfTheirCosines()
    {
        var near = Compass.Nearest(Compass.Find("north")!.Value, 3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(near.Select(neighbor => neighbor.Word), Is.EqualTo(new[] { "up", "northeast", "east" }));
            Assert.That(near[0].Similarity, Is.EqualTo(1).Within(1e-6));
            Assert.That(near[1].Similarity, Is.EqualTo(Math.Sqrt(0.5)).Within(1e-6));
            Assert.That(Compass.Find("North"), Is.EqualTo(Compass.Find("north")), "capital letters where no such word is known");
            Assert.That(Compass.Find("nadir"), Is.Null);
            Assert.That(Compass.ClosestSpelling("norht"), Is.EqualTo("north"));
            Assert.That(Compass.ClosestSpelling("zenith"), Is.Null);
            Assert.That(EditDistance.Between("kitten", "sitting"), Is.EqualTo(3));
        }
    }

    [Test]
    public void Similarities_CountOnlyPairsThatAreKnown()
    {
        using var folder = new TemporaryFolder();
        var list = WordSimilarityList.Read(folder.Write("pairs.txt", "north\tup\t9\r\nnorth\teast\t5\nnorth\tsouth\t1\n\nnorth\tzenith\t8\n"));
        var (correlation, known) = list.Measure(Compass);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(list.Name, Is.EqualTo("pairs"));
            Assert.That(known, Is.EqualTo(3));
            Assert.That(correlation, Is.EqualTo(1).Within(1e-12));
        }
    }

    [Test]
    public void Analogies_AreAnsweredBySection()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("turns.txt", ": half\nEast West north south\neast west up south\n: none\neast west north up\neast west north nadir\n");
        using var device = Device.Open();
        var scores = AnalogyList.Read(path).Measure(device, Compass);
        var answer = Compass.Analogies(0, 2, 1, 2); // east is to west as north is to
        var metrics = WordLists.Read(path).Measure(device, Compass).Metrics;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scores, Is.EqualTo(new AnalogyScore[] { new("half", 2, 2, 0), new("none", 2, 1, 1) }));
            Assert.That(answer[0].Word, Is.EqualTo("up"), "west - east + north, and none of the three");
            Assert.That(metrics["accuracy_turns"], Is.EqualTo(1 / 3.0).Within(1e-9));
            Assert.That(metrics["coverage_turns"], Is.EqualTo(0.75));
        }
    }

    [TestCase("a\tb\t1\na b 2\n", "line 2")]
    [TestCase("a\tb\t1\na\tb\tfar\n", "line 2")]
    [TestCase("a\tb\tNaN\n", "line 1")]
    [TestCase("\n\n", "no pairs")]
    public void Similarities_NameTheLineThatIsNone(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => WordSimilarityList.Read(folder.Write("pairs.txt", text)),
            Throws.TypeOf<DataException>().With.Message.Contains("pairs.txt").And.Message.Contains(reason));
    }

    [Test]
    public void Analogies_NameTheLineThatIsNone()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => AnalogyList.Read(folder.Write("a.txt", ": x\na b c d\na b c\n")),
            Throws.TypeOf<DataException>().With.Message.Contains("a.txt").And.Message.Contains("line 3 has 3 words"));
    }

    [Test]
    public void Texts_AreNoLists()
    {
        using var folder = new TemporaryFolder();
        Assert.That(WordLists.Find(folder.Write("novel.txt", "It was a dark night.\n")), Is.Null);
    }
}
