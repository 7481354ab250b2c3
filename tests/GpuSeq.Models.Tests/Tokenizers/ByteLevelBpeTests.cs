using System.Text.Json.Nodes;

namespace GpuSeq.Models.Tests;

/// <summary>Byte-level byte-pair encoding on texts and files made by hand.</summary>
public sealed class ByteLevelBpeTests
{
    private const string End = "<|endoftext|>";
    private const string ByteLevel = "\"pre_tokenizer\": {\"type\": \"ByteLevel\"}";
    private const int Bytes = 256;
    private const int Long = 1 << 20;

    private static readonly string[] Unusual =
    [
        "", " ", "\n\n \t x", "Grüße, 日本語 😀👨‍👩‍👧!", "a\0b\u0085c", "don't 'tis WE'LL", "\u00a0x \u3000",
        "e\u0301 ١٢٣ ½ 𝒳𝟙", "Ġ Ċ ġ", End,
    ];

    // By hand: of "es" and "st" (9 each), "lo" and "ow" (7), "ew" and "ne" and others (6) the smaller ids come first.
    [Test]
    public void Training_MergesWhatIsMostFrequent()
    {
        var bpe = ByteLevelBpe.Train(
            ["low low low low low lower lower", "newest newest newest newest newest newest", "widest widest widest"], Bytes + 6);
        Assert.That(Merged(bpe), Is.EqualTo(new[] { "es", "est", "lo", "low", "ew", "new" }));
    }

    // What is counted anew after each merge is what the kept counts say: overlaps, repeats, and pairs that shrink.
    [Test]
    public void Training_CountsAsIfItCountedAnew()
    {
        var random = new Random(3);
        string[] texts = [.. Enumerable.Range(0, 60).Select(_ => new string(random.GetItems<char>("aaab c", 30)))];
        var bpe = ByteLevelBpe.Train(texts, Bytes + 40);
        Assert.That(Merged(bpe), Is.EqualTo(MergedPlainly(texts, 40)));
    }

    [Test]
    public void SpecialTokens_ComeFirstAndNoTextBecomesThem()
    {
        var bpe = ByteLevelBpe.Train([string.Concat(Enumerable.Repeat("<END>", 50))], 400, "<pad>", "END");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bpe.Special, Is.EqualTo(new[] { "<pad>", "END" }));
            Assert.That(bpe.Find("END"), Is.EqualTo(1));
            Assert.That(bpe.Encode("xEND END"), Has.No.Member(1));
            Assert.That(bpe.Encode("xEND", recognizesSpecial: true), Is.EqualTo(new[] { bpe.Find("x"), 1 }));
            Assert.That(bpe.Decode([0, .. bpe.Encode("a"), 1]), Is.EqualTo("<pad>aEND"));
            Assert.That(bpe.DecodeWithoutSpecial([0, .. bpe.Encode("a"), 1]), Is.EqualTo("a"));
        }
    }

    [TestCase(257, "a", "a")]
    [TestCase(300, "x", "x")]
    [TestCase(300, "", "y")]
    [TestCase(300, "Ġ", "y")]
    public void Training_RefusesWhatDoesNotFit(int size, params string[] special) =>
        Assert.That(() => ByteLevelBpe.Train(["text"], size, special), Throws.ArgumentException);

    [TestCaseSource(nameof(Unusual))]
    public void Texts_ComeBack(string text)
    {
        var bpe = ByteLevelBpe.Train([.. Unusual, .. Unusual], 320, End);
        Assert.That(bpe.Decode(bpe.Encode(text)), Is.EqualTo(text));
    }

    [Test]
    public void RandomTexts_ComeBack()
    {
        var bpe = Small();
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 50).Select(_ => RandomCharacter(random)));
            Assert.That(bpe.Decode(bpe.Encode(text)), Is.EqualTo(text));
        }
    }

    [TestCase("it's 'tis", "it|'s| '|tis")]
    [TestCase("we'll'd'LL", "we|'ll|'d|'|LL")]
    [TestCase("a  b\n\nc ", "a| | b|\n|\n|c| ")]
    [TestCase("x12 34½²!", "x|12| 34½²|!")]
    [TestCase("日本 語\u3000\u3000字", "日本| 語|\u3000|\u3000|字")]
    [TestCase("𝒳𝟙😀", "𝒳|𝟙|😀")]
    [TestCase("e\u0301e ...", "e|\u0301|e| ...")]
    [TestCase(" \ud83d x", " \ud83d| x")]
    [TestCase("   ", "   ")]
    public void Text_IsCutIntoWords(string text, string words)
    {
        var found = new List<string>();
        for (var start = 0; start < text.Length; start += found[^1].Length)
            found.Add(text[start..WordScanner.End(text, start)]);
        Assert.That(string.Join('|', found), Is.EqualTo(words));
    }

    [TestCase(false, "the th\u00e9 \ud83d\ude00  x\n", "the|th\u00e9|\ud83d\ude00| |x|\n")]
    [TestCase(true, "the th\u00e9", "the|th\u00e9")]
    [TestCase(true, "\u00e9<s>the", "\u00e9|<s>|the")]
    [TestCase(false, " the", "the")]
    [TestCase(false, "\ud83d x", "\ud83d|x")]
    public void Places_AreThoseOfTheTextWithoutBlanksBeforeWords(bool addsPrefixSpace, string text, string words)
    {
        using var folder = new TemporaryFolder();
        ByteLevelBpe.Train(["the then the"], 262, "<s>").Save(folder.Path);
        folder.Write("tokenizer_config.json", $$"""{"add_prefix_space": {{(addsPrefixSpace ? "true" : "false")}}}""");
        var bpe = ByteLevelBpe.Load(folder.Path);
        var pieces = bpe.EncodePieces(text, recognizesSpecial: true);
        var spans = pieces.GroupBy(piece => piece.Word).Select(word => text[word.Min(piece => piece.Start)..word.Max(piece => piece.End)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join('|', spans), Is.EqualTo(words));
            Assert.That(pieces.All(piece => piece.Start <= piece.End), Is.True);
            Assert.That(bpe.TokenOf(pieces[0].Id).StartsWith('\u0120'), Is.EqualTo(addsPrefixSpace || text[0] == ' '));
        }
    }

    // Ranks: "b c" before "a b", so that "abc" is "a bc"; and "aab" is "aa b" though "a ab" could be.
    [Test]
    public void Merges_AreMadeInTheOrderOfTheirRanks()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, ["b c", "a a", "a b", "bc d", "aa bc"]);
        var bpe = ByteLevelBpe.Load(folder.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Spelled(bpe, "abc"), Is.EqualTo("a bc"));
            Assert.That(Spelled(bpe, "aab"), Is.EqualTo("aa b"));
            Assert.That(Spelled(bpe, "aaab"), Is.EqualTo("aa ab"));
            Assert.That(Spelled(bpe, "aabcd"), Is.EqualTo("aa bcd"));
            Assert.That(Spelled(bpe, "aabc"), Is.EqualTo("aabc"));
            Assert.That(Spelled(bpe, "aaaaa"), Is.EqualTo("aa aa a"));
        }
    }

    // GPT-2's encoder merges every occurrence of a pair before it looks for the next, even where that has a lower rank.
    [Test]
    public void Merges_OfOnePairAreMadeTogether()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, ["ab a", "a b"]);
        Assert.That(Spelled(ByteLevelBpe.Load(folder.Path), "abab"), Is.EqualTo("ab ab"));
    }

    [Test]
    public void Files_GiveTheSameIds()
    {
        using var folder = new TemporaryFolder();
        var bpe = Small();
        bpe.Save(folder.Path);
        var whole = ByteLevelBpe.Load(folder.Path);
        Assert.That(folder.Names(), Is.EqualTo(new[] { "merges.txt", "tokenizer.json", "vocab.json" }));
        var pairs = JsonNode.Parse(File.ReadAllText(folder.File("tokenizer.json")))!;
        var merges = pairs["model"]!["merges"]!.AsArray().Select(merge => merge!.GetValue<string>().Split(' '));
        pairs["model"]!["merges"] = new JsonArray([.. merges.Select(parts => new JsonArray(parts[0], parts[1]))]);
        folder.Write("tokenizer.json", pairs.ToJsonString());
        var newer = ByteLevelBpe.Load(folder.Path);
        File.Delete(folder.File("tokenizer.json"));
        var older = ByteLevelBpe.Load(folder.Path);
        using (Assert.EnterMultipleScope())
        {
            foreach (var other in new[] { whole, newer, older })
            {
                Assert.That(other.Count, Is.EqualTo(bpe.Count));
                Assert.That(other.Special, Is.EqualTo(new[] { End }));
                foreach (var text in Unusual.Select(text => text + End))
                    Assert.That(other.Encode(text, recognizesSpecial: true), Is.EqualTo(bpe.Encode(text, recognizesSpecial: true)));
            }
        }
    }

    [Test]
    public void AddedTokens_AreFoundAsTheFileSays()
    {
        using var folder = new TemporaryFolder();
        var bpe = Small();
        bpe.Save(folder.Path);
        var json = JsonNode.Parse(File.ReadAllText(folder.File("tokenizer.json")))!;
        foreach (var (index, content) in new[] { "<mask>", "<mask>s", "é日" }.Index())
        {
            json["added_tokens"]!.AsArray().Add(new JsonObject
            {
                ["id"] = bpe.Count + index,
                ["content"] = content,
                ["lstrip"] = content == "<mask>",
                ["special"] = false,
            });
        }
        json["pre_tokenizer"]!["add_prefix_space"] = true;
        folder.Write("tokenizer.json", json.ToJsonString());
        var more = ByteLevelBpe.Load(folder.Path);
        var (mask, a) = (bpe.Count, bpe.Encode(" a"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(more.Count, Is.EqualTo(bpe.Count + 3));
            Assert.That(more.Encode("a"), Is.EqualTo(a));
            Assert.That(more.Encode("a  <mask> a", recognizesSpecial: true), Is.EqualTo((int[])[.. a, mask, .. a]));
            Assert.That(more.Encode("<mask>sé日", recognizesSpecial: true), Is.EqualTo(new[] { mask + 1, mask + 2 }));
            Assert.That(more.Decode([mask + 2, mask]), Is.EqualTo("é日<mask>"));
            Assert.That(more.DecodeWithoutSpecial([0, mask]), Is.EqualTo("<mask>"));
        }
    }

    [TestCase("merges.txt", "a b c", "merges.txt: line 2 is not a pair")]
    [TestCase("merges.txt", "a ", "merges.txt: line 2 is not a pair")]
    [TestCase("merges.txt", "a z", "merges.txt: line 2 merges 'a' and 'z', but 'az' is not in the vocabulary")]
    [TestCase("vocab.json", """{"a": 0, "b": 0}""", "'a' and 'b' both have id 0")]
    [TestCase("vocab.json", """{"a": 0, "b": 2}""", "token 'b' has id 2")]
    [TestCase("vocab.json", """{"a": 0, "b": 1, "ab": 2}""", "lacks the token 'Ā' of byte 0x00")]
    [TestCase("vocab.json", "{\n\"a\": \"x\"}", "vocab.json: line 2")]
    [TestCase("tokenizer.json", "{}", "it has no model")]
    [TestCase("tokenizer.json", """{"model": {"type": "WordPiece", "vocab": {}}}""", "type 'WordPiece'")]
    [TestCase("tokenizer.json", """{"model": {"type": "BPE", "vocab": {}, "merges": []}}""", "pre_tokenizer")]
    [TestCase("tokenizer.json", """{"model": {"end_of_word_suffix": "</w>", "vocab": {}, "merges": []}}""", "not byte-level")]
    [TestCase("tokenizer.json", $$"""{ {{ByteLevel}}, "model": {"vocab": {"a": 0}, "merges": ["a a", 7] } }""", "merge 1 merges")]
    [TestCase("tokenizer.json", $$"""{ {{ByteLevel}}, "model": {"vocab": {"a": 0}, "merges": [7] } }""", "merge 1 is not a pair")]
    [TestCase("tokenizer.json", $$"""{ {{ByteLevel}}, "added_tokens": [{"id": 3}], "model": {"vocab": {}, "merges": [] } }""",
        "added_tokens 1 has no content")]
    public void BrokenFiles_SayWhatAndWhere(string file, string content, string reason)
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, ["a b"]);
        folder.Write(file, file == "merges.txt" ? $"#version: 0.2\n{content}\n" : content);
        Assert.That(() => ByteLevelBpe.Load(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains(reason));
    }

    [Test, CancelAfter(20_000)]
    public void HostileTexts_TakeNoTimeAndComeBack()
    {
        var bpe = ByteLevelBpe.Train([new string('a', 5000), new string(' ', 5000), "\0\u001f\u007f"], 280);
        var random = new Random(1);
        string[] texts =
        [
            new('a', Long), new(' ', Long), new('\0', Long), new string(random.GetItems<char>("abc", Long)),
            string.Concat(Enumerable.Repeat("'", Long)), string.Concat(Enumerable.Repeat("\u001b[0m", Long / 4)),
        ];
        using (Assert.EnterMultipleScope())
        {
            foreach (var text in texts)
                Assert.That(bpe.Decode(bpe.Encode(text)) == text, text[..20]);
            Assert.That(bpe.Decode(bpe.Encode(new string('\ud800', 1000))), Is.EqualTo(new string('\ufffd', 1000)));
            Assert.That(bpe.Decode(bpe.Encode("\udc00x\ud83d")), Is.EqualTo("\ufffdx\ufffd"));
        }
    }

    [Test]
    public void Threads_MayEncodeAtOneTime()
    {
        var bpe = Small();
        var alone = Unusual.Select(bpe.Encode).ToArray();
        var fresh = Small();
        Parallel.For(0, 200, index =>
            Assert.That(fresh.Encode(Unusual[index % Unusual.Length]), Is.EqualTo(alone[index % Unusual.Length])));
    }

    private static ByteLevelBpe Small() => ByteLevelBpe.Train([BuiltInText.Read()], 500, End);

    private static IEnumerable<string> Merged(ByteLevelBpe bpe) => Enumerable.Range(Bytes, bpe.Count - Bytes).Select(bpe.TokenOf);

    private static string Spelled(ByteLevelBpe bpe, string text) => string.Join(' ', bpe.Encode(text).Select(bpe.TokenOf));

    private static string RandomCharacter(Random random)
    {
        var value = random.Next(random.Next(2) == 0 ? 0x80 : 0x10ffff);
        return value is >= 0xd800 and <= 0xdfff ? " " : char.ConvertFromUtf32(value);
    }

    private static void WritePair(TemporaryFolder folder, string[] merges)
    {
        var tokens = ByteAlphabet.Order.Select(value => ByteAlphabet.CharacterOf(value).ToString())
            .Concat(merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)));
        JsonFile.Save(folder.File("vocab.json"), tokens.Index().ToDictionary(token => token.Item, token => token.Index));
        folder.Write("merges.txt", $"#version: 0.2\n{string.Join('\n', merges)}\n");
    }

    // Training as the paper's listing has it: count all pairs, merge one, count again.
    private static List<string> MergedPlainly(string[] texts, int merges)
    {
        var words = new List<List<string>>();
        foreach (var text in texts)
        {
            for (var (start, end) = (0, 0); start < text.Length; start = end)
            {
                end = WordScanner.End(text, start);
                words.Add([.. text[start..end].Select(character => ByteAlphabet.CharacterOf((byte)character).ToString())]);
            }
        }
        var order = ByteAlphabet.Order.Select(value => ByteAlphabet.CharacterOf(value).ToString()).ToList();
        while (order.Count < Bytes + merges)
        {
            var (left, right) = words.SelectMany(word => word.Zip(word.Skip(1))).CountBy(pair => pair)
                .OrderByDescending(count => count.Value)
                .ThenBy(count => order.IndexOf(count.Key.First)).ThenBy(count => order.IndexOf(count.Key.Second))
                .First().Key;
            foreach (var word in words)
            {
                for (var at = 0; at + 1 < word.Count; at++)
                {
                    if (word[at] == left && word[at + 1] == right)
                    {
                        word[at] += right;
                        word.RemoveAt(at + 1);
                    }
                }
            }
            order.Add(left + right);
        }
        return order[Bytes..];
    }
}
