namespace GpuSeq.Models.Tests;

/// <summary>Files with tagged sentences, in the forms in which they occur.</summary>
public sealed class ConllFileTests
{
    [Test]
    public void Sentences_AreReadFromTabsAndSpaces()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(
            "mixed.conll",
            "-DOCSTART- -X- O\r\n\r\nAda NNP B-PER\r\nsings VBZ O\r\n\r\n-DOCSTART- O\n\nNew\tB-LOC\nYork \tI-LOC\n\t\nHi\tO");
        var sentences = ConllFile.Read(path);
        Assert.Multiple(() =>
        {
            Assert.That(sentences.Select(sentence => string.Join('|', sentence.Tokens)), Is.EqualTo(new[] { "Ada|sings", "New|York", "Hi" }));
            Assert.That(sentences.Select(sentence => string.Join('|', sentence.Tags)), Is.EqualTo(new[] { "B-PER|O", "B-LOC|I-LOC", "O" }));
            Assert.That(sentences.Select(sentence => sentence.Document), Is.EqualTo(new[] { 1, 2, 2 }));
        });
    }

    [TestCase("I-P I-P O I-P I-L B-L", "B-P I-P O B-P B-L B-L", Description = "IOB1")]
    [TestCase("B-P E-P S-L B-P I-P E-P", "B-P I-P B-L B-P I-P I-P", Description = "BIOES")]
    [TestCase("B-P I-P O B-L B-L O", "B-P I-P O B-L B-L O", Description = "BIO")]
    public void Schemes_BecomeBio(string tags, string bio)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("tags.conll", string.Concat(tags.Split(' ').Select(tag => $"token\t{tag}\n")));
        Assert.That(ConllFile.Read(path).Single().Tags, Is.EqualTo(bio.Split(' ')));
    }

    [TestCase("Ada\tO\nsings\n", "line 2", "'sings'")]
    [TestCase("Ada\tO\n\tO\n", "line 2", "one column")]
    [TestCase("Ada\tO\n\nsings\tVERB\n", "line 3", "'VERB'")]
    [TestCase("\n\n", "no sentences", "")]
    public void Errors_NameFileLineAndReason(string text, string line, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("broken.conll", text);
        Assert.That(
            Assert.Throws<DataException>(() => ConllFile.Read(path))!.Message,
            Does.Contain("broken.conll").And.Contain(line).And.Contain(reason));
    }

    [Test]
    public void BytesThatAreNotUtf8_AreNamedByTheirLine()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("latin1.conll");
        File.WriteAllBytes(path, [.. "Ada\tO\nRen"u8, 0xE9, .. "\tO\n"u8]);
        Assert.That(Assert.Throws<DataException>(() => ConllFile.Read(path))!.Message, Does.Contain("latin1.conll").And.Contain("line 2"));
    }
}
