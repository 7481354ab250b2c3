using System.Globalization;

namespace GpuSeq.Models.Tests;

/// <summary>Unigram pieces: training, the most probable spelling, normalization with places, files.</summary>
public sealed class UnigramTests
{
    private const string Text = "The old lamp burned low. The older lamps burned lower, and the oldest burned lowest of all the lamps.";
    private const string Blank = "\u2581";

    private const string One = """["<unk>", 0]""";
    private const string Words = """{"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": true}""";
    private const string SplitWords = $$"""{"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {{Words}}]}""";

    [Test]
    public void Training_FindsWordsAndTheirEnds()
    {
        var tokenizer = Unigram.Train([Text], 45);
        string[] tokens = [.. Enumerable.Range(0, tokenizer.Count).Select(tokenizer.TokenOf)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tokens[..5], Is.EqualTo(new[] { "<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]" }));
            Assert.That(tokens, Has.Length.LessThanOrEqualTo(45).And.Unique);
            Assert.That(tokens, Does.Contain("\u2581the").And.Contain("\u2581burned").And.Contain("s"));
            Assert.That(tokenizer.Decode(tokenizer.Encode(Text)), Is.EqualTo(Text.ToLowerInvariant()));
            Assert.That(tokenizer.Encode(Text), Does.Not.Contain(1));
        }
    }

    [Test]
    public void Training_GivesTheSameAgain()
    {
        static string[] Tokens(Unigram tokenizer) => [.. Enumerable.Range(0, tokenizer.Count).Select(tokenizer.TokenOf)];
        var (once, again) = (Unigram.Train([Text], 50), Unigram.Train([Text], 50));
        Assert.That(Tokens(again), Is.EqualTo(Tokens(once)));
    }

    [Test]
    public void Training_RefusesAVocabularyWithoutRoom() =>
        Assert.That(() => Unigram.Train([Text], 12), Throws.ArgumentException.With.Message.Contains("no room"));

    [TestCase("ab", "\u2581ab")]
    [TestCase("abc", "\u2581a bc")]
    [TestCase("abcb", "\u2581a bc b")]
    [TestCase("ax", "\u2581a <unk>")]
    [TestCase("xyzb", "\u2581 <unk> b")]
    [TestCase("a  b", "\u2581a \u2581 b")]
    [TestCase("", "")]
    public void Spelling_IsTheMostProbable(string text, string tokens)
    {
        var tokenizer = Load(
            SplitWords, """["<unk>", 0], ["\u2581", -3], ["a", -4], ["b", -4], ["c", -9], ["\u2581a", -4], ["\u2581ab", -6], ["bc", -5]""");
        Assert.That(string.Join(' ', tokenizer.Encode(text).Select(tokenizer.TokenOf)), Is.EqualTo(tokens));
    }

    [Test]
    public void Spelling_IsTheBestOfAll()
    {
        var random = new Random(11);
        string[] pieces = ["a", "b", "ab", "ba", "aab", "abb", "baab", "aa", Blank, Blank + "a", Blank + "ab"];
        for (var round = 0; round < 30; round++)
        {
            var scores = pieces.Select(_ => -10 * random.NextDouble()).ToArray();
            var entries = pieces.Zip(scores, (piece, score) => string.Create(CultureInfo.InvariantCulture, $"[\"{piece}\", {score}]"));
            var tokenizer = Load(SplitWords, $"[\"<unk>\", 0], {string.Join(", ", entries)}");
            var word = string.Concat(Enumerable.Range(0, 7).Select(_ => random.Next(2) == 0 ? 'a' : 'b'));
            var found = tokenizer.Encode(word).Sum(id => scores[id - 1]);
            Assert.That(found, Is.EqualTo(Best(Blank + word)).Within(1e-9), word);

            double Best(string rest) => rest.Length == 0 ? 0 : pieces.Index()
                .Where(piece => rest.StartsWith(piece.Item, StringComparison.Ordinal))
                .Max(piece => scores[piece.Index] + Best(rest[piece.Item.Length..]));
        }
    }

    [Test]
    public void Blanks_AreKeptWhereNothingSplitsAtThem()
    {
        var tokenizer = Load(Words, """["<unk>", 0], ["\u2581", -3], ["\u2581a", -2], ["b", -2]""");
        const string Given = "a  ab";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tokenizer.Encode(Given).Select(tokenizer.TokenOf), Is.EqualTo(new[] { "\u2581a", "\u2581", "\u2581a", "b" }));
            Assert.That(tokenizer.Decode(tokenizer.Encode(Given)), Is.EqualTo(Given));
            Assert.That(tokenizer.EncodePieces(Given).Select(piece => (piece.Start, piece.End, piece.Word)),
                Is.EqualTo(new[] { (0, 1, 0), (2, 2, 1), (3, 4, 2), (4, 5, 2) }));
        }
    }

    [Test]
    public void UnknownCharacters_MayBecomeBytes()
    {
        var bytes = string.Join(", ", Enumerable.Range(0, 256).Select(value => $"[\"<0x{value:X2}>\", -9]"));
        var tokenizer = Load(SplitWords, $"""["<unk>", 0], ["\u2581", -3], {bytes}""", "\"byte_fallback\": true,");
        var pieces = tokenizer.EncodePieces("\u00e9");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pieces.Select(piece => tokenizer.TokenOf(piece.Id)), Is.EqualTo(new[] { Blank, "<0xC3>", "<0xA9>" }));
            Assert.That(tokenizer.Decode(pieces.Select(piece => piece.Id)), Is.EqualTo("\u00e9"));
        }
    }

    [TestCase("Caf\u00e9 \ufb01ne", "Caf\u00e9|\ufb01ne", "cafe fine")]
    [TestCase("``E\u0301te\u0301''", "``E\u0301te\u0301''", "\"ete\"")]
    [TestCase("\uff21\u00a0b \u00bd", "\uff21|b|\u00bd", "a b 1\u20442")]
    [TestCase("\ud835\udc00x \u0130", "\ud835\udc00x|\u0130", "ax i")]
    public void Places_HoldThroughNormalization(string text, string words, string decoded)
    {
        var tokenizer = Unigram.Train(["cafe fine \"ete\" a b 1\u20442 ax i"], 60, new() { Coverage = 1 });
        var pieces = tokenizer.EncodePieces(text);
        var spans = pieces.GroupBy(piece => piece.Word).Select(word => text[word.Min(piece => piece.Start)..word.Max(piece => piece.End)]);
        Assert.That(spans, Is.EqualTo(words.Split('|')));
        Assert.That(tokenizer.Decode(pieces.Select(piece => piece.Id)), Is.EqualTo(decoded));
    }

    [Test]
    public void Mask_TakesTheBlankBeforeIt()
    {
        var encoder = TextEncoder.Of(Unigram.Train([Text], 60));
        var encoded = encoder.Encode("the [MASK] low", options: new() { RecognizesSpecial = true });
        Assert.That(encoded.Ids, Does.Contain(encoder.Special.Mask));
        Assert.That(encoded.Offsets[Array.IndexOf(encoded.Ids, encoder.Special.Mask)], Is.EqualTo((4, 10)));
        Assert.That(encoder.Tokenizer.Encode("the [MASK] low"), Does.Not.Contain(encoder.Special.Mask));
    }

    [TestCase("aaaa")]
    [TestCase("\ud800")]
    [TestCase("\u0301\u0316")]
    [TestCase(" \u0001\u2028")]
    [TestCase("\u4e2d!")]
    [CancelAfter(20_000)]
    public void HostileText_NeitherHangsNorThrows(string unit)
    {
        var tokenizer = Unigram.Train([Text], 60);
        var text = string.Concat(Enumerable.Repeat(unit, (1 << 19) / unit.Length));
        Assert.That(tokenizer.EncodePieces(text).All(piece => piece.Start <= piece.End && piece.End <= text.Length), Is.True);
    }

    // "ab" becomes "x", "abc" becomes "yz".
    [TestCase("abd", "xd")]
    [TestCase("zabcab", "zyzx")]
    [TestCase("a", "a")]
    public void CharacterMap_TakesTheLongestEntry(string text, string expected)
    {
        var aligned = new AlignedText();
        aligned.Append(text, 0);
        new CharacterMapStep(CharacterMaps.Of(("ab", "x"), ("abc", "yz"))).Apply(aligned);
        Assert.That(aligned.ToString(), Is.EqualTo(expected));
    }

    [TestCase("""{"type": "Nmt"}""", SplitWords, One, "normalizer is of type 'Nmt'")]
    [TestCase("""{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Odd"}]}""", SplitWords, One, "normalizers 2 is of type")]
    [TestCase("""{"type": "Precompiled", "precompiled_charsmap": "AAA"}""", SplitWords, One, "precompiled_charsmap is not a table")]
    [TestCase("""{"type": "Replace", "pattern": {"Regex": "(?=a)"}, "content": ""}""", SplitWords, One, "pattern '(?=a)'")]
    [TestCase("null", """{"type": "ByteLevel"}""", One, "pre_tokenizer is not 'Metaspace'")]
    [TestCase("null", SplitWords, """["<unk>", 0], ["a"]""", "model.vocab 2 is not a piece with its score")]
    [TestCase("null", SplitWords, """["<unk>", 0], ["<unk>", 1]""", "'<unk>' stands twice")]
    [TestCase("null", SplitWords, "", "model.unk_id is 0")]
    public void Faults_NameTheEntry(string normalizer, string words, string vocabulary, string reason) => Assert.That(
        () => Load(words, vocabulary, "", normalizer), Throws.TypeOf<DataException>().With.Message.Contains(reason));

    private static Unigram Load(string words, string vocabulary, string model = "", string normalizer = "null")
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", $$"""
            {"normalizer": {{normalizer}}, "pre_tokenizer": {{words}},
             "model": {"type": "Unigram", {{model}} "unk_id": 0, "vocab": [{{vocabulary}}]} }
            """);
        return (Unigram)Tokenizers.Load(folder.Path);
    }
}
