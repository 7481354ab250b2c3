namespace GpuSeq.Models.Tests;

/// <summary>WordPiece: training, places in the text, hostile input, files.</summary>
public sealed class WordPieceTests
{
    private const string Text = "The old lamp burned low. The older lamps burned lower, and the oldest burned lowest of all.";

    [Test]
    public void Training_MergesWhatOccursMostOften()
    {
        var tokenizer = WordPiece.Train([Text], 60);
        string[] tokens = [.. Enumerable.Range(0, tokenizer.Count).Select(tokenizer.TokenOf)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tokens[..5], Is.EqualTo(new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" }));
            Assert.That(tokens, Does.Contain("old").And.Contain("burned").And.Contain("##l").And.Contain("l"));
            Assert.That(tokens, Is.Unique);
            Assert.That(tokenizer.Count, Is.LessThanOrEqualTo(60));
            Assert.That(tokenizer.Decode(tokenizer.Encode(Text)), Is.EqualTo(Text.ToLowerInvariant()));
        }
    }

    [Test]
    public void Training_GivesTheSameAgain()
    {
        static string[] Tokens(WordPiece tokenizer) => [.. Enumerable.Range(0, tokenizer.Count).Select(tokenizer.TokenOf)];
        var (once, again) = (WordPiece.Train([Text], 70), WordPiece.Train([Text], 70));
        Assert.That(Tokens(again), Is.EqualTo(Tokens(once)));
    }

    [Test]
    public void Training_RefusesAVocabularyWithoutRoom() => Assert.That(
        () => WordPiece.Train([Text], 20), Throws.ArgumentException.With.Message.Contains("no room"));

    [Test]
    public void RareCharacters_AreNotLearned()
    {
        var tokenizer = WordPiece.Train(["aa aa aa bb"], 50, new() { MostCharacters = 1 });
        Assert.That(tokenizer.Encode("aa b").Select(tokenizer.TokenOf), Is.EqualTo(new[] { "aa", "[UNK]" }));
    }

    [TestCase("Caf\u00e9 au lait", "Caf\u00e9|au|lait")]
    public void Places_AreWordsOfTheTextAsGiven(string text, string words)
    {
        var pieces = WordPiece.Train([text], 60).EncodePieces(text);
        Assert.That(Spans(text, pieces), Is.EqualTo(words.Split('|')));
    }

    [TestCase("e\u0301te\u0301 x", "e\u0301te\u0301|x")]
    [TestCase("a\u0000b\u200bc d", "a\u0000b\u200bc|d")]
    [TestCase("\u4e2da\u56fd", "\u4e2d|a|\u56fd")]
    [TestCase("\ud55c\uad6d \u0130x", "\ud55c\uad6d|\u0130x")]
    [TestCase("don't\u00a0stop!", "don|'|t|stop|!")]
    [TestCase("\ud83d\ude00x \ud835\udc00", "\ud83d\ude00x|\ud835\udc00")]
    [TestCase("=\u0338 a", "=\u0338|a")]
    public void Places_HoldThroughEveryNormalization(string text, string words)
    {
        foreach (var options in new WordPieceOptions[] { new(), new() { LowerCase = false }, new() { StripAccents = false } })
            Assert.That(Spans(text, WordPiece.Train([text], 300, options).EncodePieces(text)), Is.EqualTo(words.Split('|')), $"{options}");
    }

    [Test]
    public void Special_AreTextUnlessAskedFor()
    {
        var tokenizer = WordPiece.Train(["[ mask ] x"], 40);
        const string Asked = "x[MASK] x";
        var (mask, pieces) = (tokenizer.Find("[MASK]"), tokenizer.EncodePieces(Asked, recognizesSpecial: true));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tokenizer.Encode(Asked), Does.Not.Contain(mask));
            Assert.That(pieces.Select(piece => piece.Id), Is.EqualTo(new[] { tokenizer.Find("x"), mask, tokenizer.Find("x") }));
            Assert.That(pieces[1], Is.EqualTo(new Piece(mask!.Value, 1, 7, 1)));
            Assert.That(tokenizer.DecodeWithoutSpecial(pieces.Select(piece => piece.Id)), Is.EqualTo("x x"));
        }
    }

    [TestCase("long")]
    [TestCase("accents")]
    [TestCase("surrogates")]
    [TestCase("controls")]
    [TestCase("punctuation")]
    [TestCase("ideographs")]
    [CancelAfter(20_000)]
    public void HostileText_NeitherHangsNorThrows(string kind)
    {
        const int Length = 1 << 20;
        var tokenizer = WordPiece.Train([Text], 80);
        var random = new Random(3);
        var text = kind switch
        {
            "long" => new string('a', Length),
            "accents" => string.Concat(Enumerable.Repeat("\u0301\u0316", Length / 2)),
            "surrogates" => string.Create(Length, random, static (span, from) =>
            {
                foreach (ref var character in span)
                    character = (char)(0xD800 + from.Next(0x800));
            }),
            "controls" => string.Create(Length, random, static (span, from) =>
            {
                foreach (ref var character in span)
                    character = (char)from.Next(0x20);
            }),
            "punctuation" => new string('!', Length),
            _ => new string('\u4e2d', Length),
        };
        foreach (var cased in new[] { tokenizer, WordPiece.Train([Text], 90, new() { LowerCase = false }) })
            Assert.That(cased.EncodePieces(text).All(piece => piece.Start < piece.End && piece.End <= Length), Is.True);
    }

    [Test]
    public void AWordOfMoreThanAHundredCodePoints_IsUnknown()
    {
        var tokenizer = WordPiece.Train(["\ud83d\ude00\ud83d\ude00 aaaa"], 60);
        string Tokens(string text) => string.Join(' ', tokenizer.Encode(text).Select(tokenizer.TokenOf).Distinct());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Tokens(new('a', 101)), Is.EqualTo("[UNK]"));
            Assert.That(Tokens(new('a', 100)), Does.Not.Contain("[UNK]"));
            Assert.That(Tokens(string.Concat(Enumerable.Repeat("\ud83d\ude00", 100))), Does.Not.Contain("[UNK]"));
            Assert.That(Tokens(string.Concat(Enumerable.Repeat("\ud83d\ude00", 101))), Is.EqualTo("[UNK]"));
        }
    }

    // The spans of text that words are made of.
    private static IEnumerable<string> Spans(string text, Piece[] pieces) => pieces.GroupBy(piece => piece.Word)
        .Select(word => text[word.Min(piece => piece.Start)..word.Max(piece => piece.End)]);
}
