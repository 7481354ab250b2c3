namespace GpuSeq.Models.Tests.Text;

/// <summary>Words and their numbers.</summary>
public sealed class VocabularyTests
{
    private static readonly string[] Words = ["b", "a", "c", "b", "<pad>", "ä", "a", "b", "Ä"];

    [Test]
    public void Numbers_FollowFrequencyAndThenCodePoints()
    {
        var vocabulary = Vocabulary.Of(Words, special: ["<s>", "</s>"]);
        Assert.Multiple(() =>
        {
            Assert.That(vocabulary.Words, Is.EqualTo(new[] { "<pad>", "<unk>", "<s>", "</s>", "b", "a", "c", "Ä", "ä" }));
            Assert.That(vocabulary.Count, Is.EqualTo(9));
            Assert.That(vocabulary[5], Is.EqualTo("a"));
            Assert.That(vocabulary.IdOf("c"), Is.EqualTo(6));
            Assert.That(vocabulary.IdOf("d"), Is.EqualTo(Vocabulary.UnknownId));
            Assert.That(vocabulary.Find("d"), Is.Null);
            Assert.That(vocabulary.Find("</s>"), Is.EqualTo(3));
            Assert.That(vocabulary.Encode(["a", "d", "b"]), Is.EqualTo(new[] { 5, 1, 4 }));
        });
    }

    [Test]
    public void RareWords_AreLeftOut() => Assert.Multiple(() =>
    {
        Assert.That(Vocabulary.Of(Words, minCount: 2).Words, Is.EqualTo(new[] { "<pad>", "<unk>", "b", "a" }));
        Assert.That(Vocabulary.Of(Words, minCount: 4).Count, Is.EqualTo(2));
        Assert.That(Vocabulary.Of(Words, maxSize: 3).Words, Is.EqualTo(new[] { "<pad>", "<unk>", "b" }));
        Assert.That(Vocabulary.Of(Words, maxSize: 0).Count, Is.EqualTo(2), "special words always stay");
    });

    [Test]
    public void File_KeepsTheNumbers()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("vocab.json");
        Vocabulary.Of(["\"quoted\"", "日本", "😀", "don't"]).Save(path);
        Assert.Multiple(() =>
        {
            Assert.That(Vocabulary.Load(path).Words, Is.EqualTo(new[] { "<pad>", "<unk>", "\"quoted\"", "don't", "日本", "😀" }));
            Assert.That(File.ReadAllText(path), Does.Contain("日本"), "for people to read");
        });
    }

    [TestCase("""{"<pad>": 0, "<unk>": 1, "a": 3}""", "0, 1, 2")]
    [TestCase("""{"<pad>": 0, "a": 1}""", "<unk>")]
    [TestCase("""{"<pad>": 0}""", "<unk>")]
    [TestCase("""["<pad>", "<unk>"]""", "line 1")]
    public void File_ThatIsNoneSaysWhy(string json, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("vocab.json", json);
        Assert.That(() => Vocabulary.Load(path), Throws.TypeOf<DataException>().With.Message.Contains("vocab.json").And.Message.Contains(reason));
    }
}
