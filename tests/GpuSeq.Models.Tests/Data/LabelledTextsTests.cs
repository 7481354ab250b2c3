using System.IO.Compression;

namespace GpuSeq.Models.Tests.Data;

/// <summary>Texts with labels in all the layouts in which they come.</summary>
public sealed class LabelledTextsTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Lines_AreOfTheLabelThatTheEndingTells()
    {
        Write("train/rt.pos", "good , really \r\n\n fine\n");
        Write("train/rt.neg", "bad");
        Write("dev/rt.pos", "nice");
        Write("dev/rt.neg", "dire");
        Write("README.txt", "not data");
        var texts = LabelledTexts.Read(_folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(Plain(texts.Train), Is.EqualTo(new[] { "neg: bad", "pos: good , really", "pos: fine" }));
            Assert.That(Plain(texts.Measured), Is.EqualTo(new[] { "neg: dire", "pos: nice" }));
        });
    }

    [Test]
    public void Lines_AreOfTheLabelBeforeThePointWhereEndingsAreTheSame()
    {
        Write("plot.tok.5000", "he goes");
        Write("quote.tok.5000", "it moves");
        var texts = LabelledTexts.Read(_folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(Plain(texts.Train), Is.EqualTo(new[] { "plot: he goes", "quote: it moves" }));
            Assert.That(texts.Dev, Is.Empty);
            Assert.That(texts.Measured, Is.SameAs(texts.Train), "everything");
        });
    }

    [Test]
    public void Files_AreOfTheLabelOfTheirFolder([Values] bool isArchive)
    {
        Write("reviews/pos/a.txt", "good\nfilm");
        Write("reviews/neg/b.txt", "bad");
        var texts = LabelledTexts.Read(isArchive ? Zip() : _folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(Plain(texts.Train), Is.EqualTo(new[] { "neg: bad", "pos: good\nfilm" }));
            Assert.That(texts.Dev, Is.Empty);
        });
    }

    [Test]
    public void Files_WithNumbersHaveAPartToChooseBy()
    {
        foreach (var name in new[] { "pos/cv012_1.txt", "neg/cv799_2.txt", "neg/cv800_3.txt", "pos/cv899_4.txt" })
            Write(name, name[^5..^4]);
        var texts = LabelledTexts.Read(_folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(Plain(texts.Train), Is.EqualTo(new[] { "neg: 2", "pos: 1" }));
            Assert.That(Plain(texts.Dev), Is.EqualTo(new[] { "neg: 3", "pos: 4" }));
        });
    }

    [Test]
    public void Folder_ThatHoldsOneArchiveStandsForIt()
    {
        Write("pos/a.txt", "good");
        Write("neg/b.txt", "bad");
        var archive = Zip();
        File.Move(archive, Path.Combine(Directory.CreateDirectory(_folder.File("outer")).FullName, "reviews.zip"));
        Assert.That(LabelledTexts.Read(_folder.File("outer")).Train, Has.Count.EqualTo(2));
    }

    [Test]
    public void Parts_MayHaveFoldersForLabelsToo()
    {
        Write("train/pos/a.txt", "good");
        Write("train/neg/b.txt", "bad");
        Write("test/neg/c.txt", "dire");
        Assert.Multiple(() =>
        {
            Assert.That(LabelledTexts.Read(_folder.Path).Measured, Has.Count.EqualTo(2), "a part to test on is none to learn from or to choose by");
            Assert.That(LabelledTexts.Read(_folder.File("train")).Train, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public void Tables_AreSeparatedByTabsOrCommas()
    {
        Write("train.tsv", "Sentiment\tText\nNegative\t\"It is \"\"so\"\" bad,<br />really\"\nPositive\tA \"good\" one\n");
        Write("dev.tsv", "Sentiment\tText\nPositive\tfine\n");
        var parts = LabelledTexts.Read(_folder.Path);
        var table = LabelledTexts.Read(_folder.Write("all.csv", "id,text,label\n1,\"one, two\",a\n2,three,b\n"));
        Assert.Multiple(() =>
        {
            Assert.That(
                Plain(parts.Train), Is.EqualTo(new[] { "Negative: It is \"so\" bad,<br />really", "Positive: A \"good\" one" }));
            Assert.That(Plain(parts.Dev), Is.EqualTo(new[] { "Positive: fine" }));
            Assert.That(Plain(table.Train), Is.EqualTo(new[] { "a: one, two", "b: three" }));
            Assert.That(TextWords.Of("bad,<br /><BR>really", 9), Is.EqualTo(new[] { "bad", ",", "really" }), "line breaks are no words");
        });
    }

    [TestCase("a.tsv", "x\ty\n1\t2\n", "line 1 names no column of texts")]
    [TestCase("a.csv", "text,mood\n1,2\n", "line 1 names no column of labels")]
    [TestCase("a.tsv", "text\tlabel\nfine\tgood\nbad\n", "line 3 has 1 cells")]
    [TestCase("a.tsv", "text\tlabel\nfine\t \n", "line 2 has no label")]
    [TestCase("a.tsv", "text\tlabel\n", "no rows")]
    [TestCase("a.tsv", "", "empty")]
    [TestCase("a.zip", "no archive", "not a zip archive")]
    public void BrokenFile_IsNamedWithTheLineAndTheReason(string name, string text, string reason) => Assert.That(
        () => LabelledTexts.Read(_folder.Write(name, text)),
        Throws.TypeOf<DataException>().With.Message.Contains(name).And.Message.Contains(reason));

    [Test]
    public void UnknownLayout_IsRefusedWithThoseThatAreKnown()
    {
        Write("one/a.txt", "x");
        Write("b.txt", "y");
        Assert.Multiple(() =>
        {
            Assert.That(() => LabelledTexts.Read(_folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("layout is not known"));
            Assert.That(() => LabelledTexts.Read(_folder.File("none")), Throws.TypeOf<DataException>().With.Message.Contains("no such file or folder"));
            Directory.CreateDirectory(_folder.File("empty"));
            Assert.That(() => LabelledTexts.Read(_folder.File("empty")), Throws.TypeOf<DataException>().With.Message.Contains("no files of data"));
        });
    }

    [Test]
    public void BadBytes_AreNamedInsideAnArchiveToo()
    {
        Write("pos/a.txt", "good");
        Write("neg/b.txt", "bad\n");
        File.AppendAllText(_folder.File("neg/b.txt"), "caf\u00e9", System.Text.Encoding.Latin1);
        Assert.That(
            () => LabelledTexts.Read(Zip()),
            Throws.TypeOf<DataException>().With.Message.Contains(".zip, neg/b.txt").And.Message.Contains("line 2"));
    }

    [Test]
    public void Tenth_IsHeldBackBySeed()
    {
        var texts = new LabelledTexts("numbers", [.. Enumerable.Range(0, 50).Select(i => new LabelledText($"{i}", "a"))], []);
        var held = texts.WithDev(seed: 1);
        Assert.Multiple(() =>
        {
            Assert.That(held.Dev, Has.Count.EqualTo(5));
            Assert.That(held.Train.Concat(held.Dev).Select(text => int.Parse(text.Text)).Order(), Is.EqualTo(Enumerable.Range(0, 50)));
            Assert.That(texts.WithDev(seed: 1).Dev, Is.EqualTo(held.Dev));
            Assert.That(texts.WithDev(seed: 2).Dev, Is.Not.EqualTo(held.Dev));
            Assert.That(held.WithDev(seed: 2), Is.SameAs(held), "there is one already");
            Assert.That(() => (texts with { Train = texts.Train.Take(9).ToArray() }).WithDev(1), Throws.TypeOf<DataException>());
        });
    }

    private static IEnumerable<string> Plain(IEnumerable<LabelledText> texts) => texts.Select(text => $"{text.Label}: {text.Text}");

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        _folder.Write(name, text);
    }

    // The folder as an archive, which takes its place.
    private string Zip()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Path.GetFileName(_folder.Path)}.zip");
        ZipFile.CreateFromDirectory(_folder.Path, path);
        Directory.Delete(_folder.Path, recursive: true);
        Directory.CreateDirectory(_folder.Path);
        File.Move(path, _folder.File("texts.zip"));
        return _folder.File("texts.zip");
    }
}
