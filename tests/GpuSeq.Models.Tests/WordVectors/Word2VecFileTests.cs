using System.Text;

namespace GpuSeq.Models.Tests;

/// <summary>The files of the original word2vec tool.</summary>
public sealed class Word2VecFileTests
{
    private static readonly WordVectorTable Vectors = new(
        ["the", "Straße", "漢字", "3.5"], [1.5f, -2e-7f, 0.1f, float.MaxValue, -0f, 3.1415927f, 1e10f, 2f], "numbers");

    [Test]
    public void Files_AreReadAsTheyWereWritten([Values] bool isText)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("vectors");
        if (isText)
            Word2VecFile.WriteText(path, Vectors);
        else
            Word2VecFile.WriteBinary(path, Vectors);
        var read = Word2VecFile.Read(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Words, Is.EqualTo(Vectors.Words));
            Assert.That(read.Values.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(Vectors.Values.Select(BitConverter.SingleToInt32Bits)));
        }
    }

    [Test]
    public void Binary_HasTheBytesOfTheOriginalTool()
    {
        using var folder = new TemporaryFolder();
        Word2VecFile.WriteBinary(folder.File("v.bin"), new(["a", "bc"], [1f, -2f], "numbers"));
        byte[] expected = [.. "2 1\na "u8, 0, 0, 0x80, 0x3F, (byte)'\n', .. "bc "u8, 0, 0, 0, 0xC0, (byte)'\n'];
        Assert.That(File.ReadAllBytes(folder.File("v.bin")), Is.EqualTo(expected));
    }

    [Test]
    public void Text_MayEndLinesWithABlankAsTheOriginalToolDoes()
    {
        using var folder = new TemporaryFolder();
        var read = Word2VecFile.Read(folder.Write("v.txt", "2 2\na 1.000000 -0.500000 \nb 2.000000 0.250000 \n"));
        Assert.That(read.Values, Is.EqualTo(new[] { 1f, -0.5f, 2f, 0.25f }));
    }

    [TestCase("", "line 1")]
    [TestCase("two 2\na 1 2\n", "line 1")]
    [TestCase("2000000000 300\na 1 2\n", "too short")]
    [TestCase("2 2\na 1.00 2.00\n", "after 1 of the 2")]
    [TestCase("2 2\na 1 2\nb 1\nc 2\n", "line 3 has 1 numbers")]
    [TestCase("2 2\na 1 2\nb 1 1-2\n", "line 3: '1-2' is not a number")]
    [TestCase("2 1\na 1.0\na 2.0\n", "'a' stands in it twice")]
    public void Text_ThatIsBrokenIsNamedWithTheLine(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => Word2VecFile.Read(folder.Write("v.txt", text)),
            Throws.TypeOf<DataException>().With.Message.Contains("v.txt").And.Message.Contains(reason));
    }

    [Test]
    public void Binary_ThatIsCutOffIsNamedWithTheVector()
    {
        using var folder = new TemporaryFolder();
        Word2VecFile.WriteBinary(folder.File("v.bin"), Vectors);
        var whole = File.ReadAllBytes(folder.File("v.bin"));
        File.WriteAllBytes(folder.File("within.bin"), whole[..^3]);
        File.WriteAllBytes(folder.File("between.bin"), whole[..(whole.Length - Encoding.UTF8.GetByteCount("3.5 ") - 9)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Word2VecFile.Read(folder.File("within.bin")), Throws.TypeOf<DataException>().With.Message.Contains("vector 4 of 4, that of '3.5'"));
            Assert.That(() => Word2VecFile.Read(folder.File("between.bin")), Throws.TypeOf<DataException>().With.Message.Contains("after 3 of the 4"));
            Assert.That(() => Word2VecFile.Read(folder.File("none.bin")), Throws.TypeOf<DataException>().With.Message.Contains("no such file"));
        }
    }
}
