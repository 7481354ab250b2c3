using System.Text;

namespace GpuSeq.Models.Tests;

/// <summary>Tokenizers of all kinds: their files tell them apart, and what they write comes back, also token by token.</summary>
public sealed class TokenizersTests
{
    private const string Text = "Grüße 😀, 日本 e\u0301!\n";

    [TestCase(TokenizerKind.Bpe, typeof(ByteLevelBpe))]
    [TestCase(TokenizerKind.Char, typeof(CharTokenizer))]
    [TestCase(TokenizerKind.Byte, typeof(ByteTokenizer))]
    public void Files_TellTheKind(TokenizerKind kind, Type type)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Tokenizers.Train(kind, [Text, Text], 300);
        Assert.That(Tokenizers.AreIn(folder.Path), Is.False);
        tokenizer.Save(folder.Path);
        var loaded = Tokenizers.Load(folder.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.TypeOf(type));
            Assert.That(Tokenizers.AreIn(folder.Path), Is.True);
            Assert.That(loaded.Count, Is.EqualTo(tokenizer.Count));
            Assert.That(loaded.Encode(Text), Is.EqualTo(tokenizer.Encode(Text)));
            Assert.That(loaded.Decode(loaded.Encode(Text)), Is.EqualTo(Text));
            for (var id = 0; id < loaded.Count; id++)
                Assert.That(loaded.Find(loaded.TokenOf(id)), Is.EqualTo(id));
            Assert.That(loaded.Find("no such token"), Is.Null);
            Assert.That(loaded.Find(""), Is.Null);
            foreach (var id in new[] { -1, loaded.Count })
            {
                Assert.That(() => loaded.Decode([id]), Throws.TypeOf<ArgumentOutOfRangeException>());
                Assert.That(() => loaded.TokenOf(id), Throws.TypeOf<ArgumentOutOfRangeException>());
            }
        }
    }

    [Test]
    public void Folders_WithoutATokenizerSayWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => Tokenizers.Load(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("merges.txt"));
        Assert.That(() => Tokenizers.Load(folder.File("none")), Throws.TypeOf<DataException>().With.Message.Contains("no such folder"));
        folder.Write("vocab.json", """{"ab": 0}""");
        Assert.That(() => Tokenizers.Load(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("characters"));
        folder.Write("byte_tokenizer.json", """{"vocab_size": 259}""");
        Assert.That(() => Tokenizers.Load(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("256"));
    }

    [Test]
    public void SpecialTokens_AreOfBytePairEncodingAlone() => Assert.That(
        () => Tokenizers.Train(TokenizerKind.Char, [Text], 300, "</s>"),
        Throws.ArgumentException.With.Message.Contains("no special tokens"));

    [TestCase(TokenizerKind.Wordpiece)]
    [TestCase(TokenizerKind.Unigram)]
    public void WordPieces_KeepCapitalsWhereTheyAreCased(TokenizerKind kind)
    {
        const string Given = "Caf\u00e9 Caf\u00e9";
        var (cased, uncased) = (Tokenizers.Train(kind, [Given], 60, isCased: true), Tokenizers.Train(kind, [Given], 60));
        Assert.That(cased.Decode(cased.Encode("Caf\u00e9")), Is.EqualTo("Caf\u00e9"));
        Assert.That(uncased.Decode(uncased.Encode("Caf\u00e9")), Is.EqualTo("cafe"));
        Assert.That(new GptRun { Tokenizer = kind }.Fault, Does.Contain("does not give texts back"));
    }

    [Test]
    public void Characters_ThatAreUnknownAreNamed() => Assert.That(
        () => CharTokenizer.Of("abc").Encode("abd"), Throws.TypeOf<DataException>().With.Message.Contains("'d'"));

    [Test]
    public void Stream_GivesWholeCharacters()
    {
        var stream = new TokenStream(new ByteTokenizer());
        var pieces = new ByteTokenizer().Encode("aé😀").Select(stream.Append);
        Assert.That(pieces, Is.EqualTo(new[] { "a", "", "é", "", "", "", "😀" }));
        Assert.That(stream.Flush(), Is.Empty);
        stream.Append(0xE6);
        Assert.That(stream.Append(0x97), Is.Empty);
        Assert.That(stream.Flush(), Is.EqualTo("\ufffd"));
        Assert.That(stream.Append('x'), Is.EqualTo("x"), "another text begins");
    }

    [Test]
    public void Stream_GivesWhatDecodingDoes()
    {
        var random = new Random(5);
        var tokenizer = ByteLevelBpe.Train([Text, Text], 280);
        byte[] common = [0x41, 0x80, 0xBF, 0xC3, 0xE0, 0xE6, 0xED, 0xF0, 0xF4, 0x9F, 0xFF];
        for (var round = 0; round < 300; round++)
        {
            int[] ids = [.. Enumerable.Range(0, 20).Select(_ => random.Next(4) == 0
                ? random.Next(tokenizer.Count)
                : tokenizer.Find(ByteAlphabet.CharacterOf(common[random.Next(common.Length)]).ToString())!.Value)];
            var stream = new TokenStream(tokenizer);
            Assert.That(string.Concat(ids.Select(stream.Append)) + stream.Flush(), Is.EqualTo(tokenizer.Decode(ids)));
        }
    }

    [Test]
    public void Bytes_AreTheirOwnIds() => Assert.That(
        new ByteTokenizer().Encode(Text), Is.EqualTo(Encoding.UTF8.GetBytes(Text).Select(value => (int)value)));
}
