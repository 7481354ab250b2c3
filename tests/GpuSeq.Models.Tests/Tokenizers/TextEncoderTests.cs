namespace GpuSeq.Models.Tests;

/// <summary>What encoders put around texts, what they cut, how windows overlap, and how batches are padded.</summary>
public sealed class TextEncoderTests
{
    private const string First = "a b c d e";
    private const string Second = "f g h";

    private static readonly TextEncoder Bert = TextEncoder.Of(WordPiece.Train(["a b c d e f g h"], 40));
    private static readonly TextEncoder Roberta =
        TextEncoder.Of(ByteLevelBpe.Train(["a b c d e f g h"], 261, "<s>", "<pad>", "</s>", "<unk>", "<mask>"));

    [Test]
    public void Bert_PutsItsTokensAroundAPair()
    {
        var encoded = Bert.Encode("a b", Second);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Tokens(encoded), Is.EqualTo("[CLS] a b [SEP] f g h [SEP]"));
            Assert.That(encoded.Types, Is.EqualTo(new[] { 0, 0, 0, 0, 1, 1, 1, 1 }));
            Assert.That(encoded.Parts, Is.EqualTo(new[] { -1, 0, 0, -1, 1, 1, 1, -1 }));
            Assert.That(encoded.Words, Is.EqualTo(new[] { -1, 0, 1, -1, 0, 1, 2, -1 }));
            Assert.That(encoded.Offsets, Is.EqualTo(new[] { (0, 0), (0, 1), (2, 3), (0, 0), (0, 1), (2, 3), (4, 5), (0, 0) }));
            Assert.That(Bert.Special, Is.EqualTo(new SpecialTokens(Begin: 2, Separator: 3, Padding: 0, Mask: 4, Unknown: 1)));
        }
    }

    [Test]
    public void Roberta_PutsItsTokensAroundAPair()
    {
        var encoded = Roberta.Encode("a", "f");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', encoded.Ids.Select(Roberta.Tokenizer.TokenOf)), Is.EqualTo("<s> a </s> </s> f </s>"));
            Assert.That(encoded.Types, Is.All.Zero);
            Assert.That(Roberta.Special, Is.EqualTo(new SpecialTokens(Begin: 0, Separator: 2, Padding: 1, Mask: 4, Unknown: 3)));
        }
    }

    [TestCase(Truncation.LongestFirst, 9, "[CLS] a b c [SEP] f g h [SEP]")]
    [TestCase(Truncation.LongestFirst, 8, "[CLS] a b c [SEP] f g [SEP]")]
    [TestCase(Truncation.LongestFirst, 3, "[CLS] [SEP] [SEP]")]
    [TestCase(Truncation.OnlyFirst, 8, "[CLS] a b [SEP] f g h [SEP]")]
    [TestCase(Truncation.OnlySecond, 10, "[CLS] a b c d e [SEP] f g [SEP]")]
    [TestCase(Truncation.OnlySecond, 8, "[CLS] a b c d e [SEP] f g h [SEP]")]
    [TestCase(Truncation.None, 5, "[CLS] a b c d e [SEP] f g h [SEP]")]
    [TestCase(Truncation.LongestFirst, 99, "[CLS] a b c d e [SEP] f g h [SEP]")]
    public void Truncation_CutsWhatItNames(Truncation truncation, int length, string tokens) => Assert.That(
        Tokens(Bert.Encode(First, Second, new() { MaxLength = length, Truncation = truncation })), Is.EqualTo(tokens));

    [Test]
    public void SpecialTokens_MayBeLeftOut()
    {
        var encoded = Bert.Encode("a", "f", new() { AddsSpecial = false });
        Assert.That(Tokens(encoded), Is.EqualTo("a f"));
        Assert.That(encoded.Types, Is.EqualTo(new[] { 0, 1 }));
    }

    [TestCase(null, Truncation.LongestFirst, 5, 1, "a b c|c d e")]
    [TestCase(null, Truncation.OnlyFirst, 5, 0, "a b c|d e")]
    [TestCase(null, Truncation.LongestFirst, 7, 2, "a b c d e")]
    [TestCase(null, Truncation.LongestFirst, 4, 9, "a b|b c|c d|d e")]
    [TestCase("f", Truncation.LongestFirst, 7, 1, "a b c|c d e")]
    [TestCase(Second, Truncation.OnlySecond, 10, 1, "f g|g h")]
    [TestCase(Second, Truncation.None, 5, 1, "a b c d e")]
    public void Windows_GoOnWhereTheOneBeforeEnds(string? second, Truncation truncation, int length, int stride, string windows)
    {
        var options = new EncodingOptions { MaxLength = length, Truncation = truncation, Stride = stride };
        var encoded = Bert.EncodeWindows(First, second, options);
        var part = truncation == Truncation.OnlySecond ? 1 : 0;
        var texts = encoded.Select(window => string.Join(
            ' ', window.Ids.Where((_, at) => window.Parts[at] == part).Select(Bert.Tokenizer.TokenOf)));
        Assert.That(string.Join('|', texts), Is.EqualTo(windows));
        Assert.That(encoded.All(window => window.Length <= length || truncation == Truncation.None), Is.True);
    }

    [Test]
    public void Windows_NeedRoom() => Assert.That(
        () => Bert.EncodeWindows(First, Second, new() { MaxLength = 8, Truncation = Truncation.OnlySecond }),
        Throws.ArgumentException.With.Message.Contains("no room"));

    [TestCase(PaddingSide.Right, "2 5 3 0 0 0 0 0|2 5 6 7 3 0 0 0", "1 1 1 0 0 0 0 0|1 1 1 1 1 0 0 0")]
    [TestCase(PaddingSide.Left, "0 0 0 0 0 2 5 3|0 0 0 2 5 6 7 3", "0 0 0 0 0 1 1 1|0 0 0 1 1 1 1 1")]
    public void Batches_ArePaddedToAMultiple(PaddingSide side, string ids, string mask)
    {
        EncodedText[] texts = [Bert.Encode("a"), Bert.Encode("a b c")];
        var batch = EncodedBatch.Of(texts, Bert.Special.Padding, new() { Multiple = 8, Side = side });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Rows(batch, batch.Ids), Is.EqualTo(ids));
            Assert.That(Rows(batch, batch.Mask), Is.EqualTo(mask));
            Assert.That(batch.Lengths, Is.EqualTo(new[] { 3, 5 }));
            Assert.That(EncodedBatch.Of(texts, 0).Width, Is.EqualTo(5));
            Assert.That(EncodedBatch.Of(texts, 0, new() { Width = 7 }).Width, Is.EqualTo(7));
            Assert.That(EncodedBatch.Of([], 0).Width, Is.Zero);
        }
    }

    [Test]
    public void SpecialTokensInTexts_AreTextUnlessAskedFor()
    {
        Assert.That(Bert.Encode("a [MASK]").Ids, Does.Not.Contain(Bert.Special.Mask));
        Assert.That(Tokens(Bert.Encode("a [MASK]", options: new() { RecognizesSpecial = true })), Is.EqualTo("[CLS] a [MASK] [SEP]"));
    }

    private static string Tokens(EncodedText text) => string.Join(' ', text.Ids.Select(Bert.Tokenizer.TokenOf));

    private static string Rows(EncodedBatch batch, int[] values) =>
        string.Join('|', values.Chunk(batch.Width).Select(row => string.Join(' ', row)));
}
