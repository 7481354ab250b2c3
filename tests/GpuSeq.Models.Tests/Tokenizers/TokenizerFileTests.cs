using System.Text.Json;

namespace GpuSeq.Models.Tests;

/// <summary>Folders of tokenizers as the Hub has them: what is written loads again, and what others write loads too.</summary>
public sealed class TokenizerFileTests
{
    private const string Text = "The old lamp burned low, the older lamps lower. Caf\u00e9!";
    private static readonly WordPieceOptions Cased = new() { LowerCase = false, StripAccents = true, SplitsIdeographs = false };
    private static readonly string[] Roberta = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];

    private const string BertVocabulary = """
        {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "##b": 6, "\u00e9": 7, "A": 8}
        """;
    private const string OneToken = """{"type": "WordPiece", "vocab": {"[UNK]": 0} }""";
    private const string BertParts = """
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
                       "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"}
        """;

    [TestCaseSource(nameof(Trained))]
    public void SavedFolders_LoadToTheSame(Func<PieceTokenizer> train, string[] without)
    {
        using var folder = new TemporaryFolder();
        var encoder = TextEncoder.Of(train());
        encoder.Save(folder.Path);
        foreach (var file in without)
            File.Delete(folder.File(file));
        var loaded = TextEncoder.Load(folder.Path);
        var options = new EncodingOptions { RecognizesSpecial = true };
        var mask = encoder.Tokenizer.TokenOf(encoder.Special.Mask);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded.Special, Is.EqualTo(encoder.Special));
            Assert.That(loaded.Tokenizer.Special, Is.EquivalentTo(encoder.Tokenizer.Special));
            foreach (var text in new[] { Text, $"An {mask} older {mask}.", "", "\u65e5\u672c \u0130 e\u0301" })
            {
                var (before, after) = (encoder.Encode(text, Text, options), loaded.Encode(text, Text, options));
                Assert.That(after.Ids, Is.EqualTo(before.Ids));
                Assert.That(after.Types, Is.EqualTo(before.Types));
                Assert.That(after.Offsets, Is.EqualTo(before.Offsets));
                Assert.That(loaded.Tokenizer.Decode(after.Ids), Is.EqualTo(encoder.Tokenizer.Decode(before.Ids)));
            }
        }
        using var again = new TemporaryFolder();
        loaded.Save(again.Path);
        foreach (var file in Directory.GetFiles(folder.Path))
            Assert.That(File.ReadAllText(again.File(Path.GetFileName(file))), Is.EqualTo(File.ReadAllText(file)), file);
    }

    private static IEnumerable<TestCaseData> Trained()
    {
        var kinds = new (string Name, Func<PieceTokenizer> Train, string[] Others)[]
        {
            ("uncased", () => WordPiece.Train([Text], 70), ["vocab.txt"]),
            ("cased", () => WordPiece.Train([Text], 80, Cased), ["vocab.txt"]),
            ("albert", () => Unigram.Train([Text], 60), []),
            ("roberta", () => ByteLevelBpe.Train([Text], 280, Roberta), ["vocab.json", "merges.txt"]),
        };
        foreach (var (name, train, others) in kinds)
        {
            yield return new TestCaseData(train, Array.Empty<string>()).SetArgDisplayNames(name);
            if (others.Length == 0)
                continue;
            yield return new TestCaseData(train, others).SetArgDisplayNames(name, "tokenizer.json");
            yield return new TestCaseData(train, new[] { "tokenizer.json" }).SetArgDisplayNames(name, "without tokenizer.json");
        }
    }

    [Test]
    public void Roberta_TakesTheBlankBeforeItsMask()
    {
        using var folder = new TemporaryFolder();
        ByteLevelBpe.Train([Text], 280, Roberta).Save(folder.Path);
        var encoder = TextEncoder.Load(folder.Path);
        var encoded = encoder.Encode("a <mask> b", "c", new() { RecognizesSpecial = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(encoded.Ids.Select(encoder.Tokenizer.TokenOf), Is.EqualTo(
                new[] { "<s>", "a", "<mask>", "\u0120", "b", "</s>", "</s>", "c", "</s>" }));
            Assert.That(encoded.Types, Is.All.Zero);
            Assert.That(encoded.Offsets[2], Is.EqualTo((2, 8)));
            Assert.That(encoded.Parts, Is.EqualTo(new[] { -1, 0, 0, 0, 0, -1, -1, 1, -1 }));
        }
    }

    [TestCase("""{"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}""", "2 5 3 6 3", "0 0 0 1 1")]
    [TestCase("""{"type": "RobertaProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}""", "2 5 3 3 6 3", "0 0 0 0 0 0")]
    [TestCase("""
        {"type": "TemplateProcessing",
         "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 2}},
                  {"Sequence": {"id": "A", "type_id": 0}}],
         "special_tokens": {"[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}}
        """, "6 3 5", "1 2 0")]
    public void PostProcessor_TellsWhatStandsAroundTexts(string processor, string ids, string types)
    {
        using var folder = new TemporaryFolder();
        var vocabulary = BertVocabulary.Replace("##b", "b", StringComparison.Ordinal);
        folder.Write("tokenizer.json", $$"""
            { {{BertParts}}, "post_processor": {{processor}},
              "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {{vocabulary}} } }
            """);
        var encoded = TextEncoder.Load(folder.Path).Encode("a", "b");
        Assert.That(string.Join(' ', encoded.Ids), Is.EqualTo(ids));
        Assert.That(string.Join(' ', encoded.Types), Is.EqualTo(types));
    }

    [Test]
    public void Configuration_GoesBeforeTheNormalizer()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", $$"""{ {{BertParts}}, "model": {"type": "WordPiece", "vocab": {{BertVocabulary}} } }""");
        Assert.That(Tokenizers.Load(folder.Path).Encode("A"), Is.EqualTo(new[] { 5 }));
        folder.Write("tokenizer_config.json", """{"do_lower_case": false}""");
        Assert.That(Tokenizers.Load(folder.Path).Encode("A"), Is.EqualTo(new[] { 8 }));
    }

    [Test]
    public void SpecialTokensMap_TellsHowTheyAreSpelled()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", "<unknown>\n<begin>\n<end>\n[PAD]\n[MASK]\na\n");
        folder.Write("special_tokens_map.json", """
            {"cls_token": {"content": "<begin>"}, "sep_token": "<end>", "unk_token": "<unknown>"}
            """);
        var encoded = TextEncoder.Load(folder.Path).Encode("a x <end>", options: new() { RecognizesSpecial = true });
        Assert.That(encoded.Ids, Is.EqualTo(new[] { 1, 5, 0, 2, 2 }));
    }

    [Test]
    public void WrittenFile_HasTheHubsLayout()
    {
        using var folder = new TemporaryFolder();
        WordPiece.Train([Text], 70).Save(folder.Path);
        var root = JsonDocument.Parse(File.ReadAllText(folder.File("tokenizer.json"))).RootElement;
        var template = root.GetProperty("post_processor");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(root.GetProperty("version").GetString(), Is.EqualTo("1.0"));
            Assert.That(root.GetProperty("added_tokens")[4].GetProperty("content").GetString(), Is.EqualTo("[MASK]"));
            Assert.That(root.GetProperty("model").GetProperty("max_input_chars_per_word").GetInt32(), Is.EqualTo(100));
            Assert.That(template.GetProperty("single")[0].GetProperty("SpecialToken").GetProperty("id").GetString(), Is.EqualTo("[CLS]"));
            Assert.That(template.GetProperty("pair")[3].GetProperty("Sequence").GetProperty("type_id").GetInt32(), Is.EqualTo(1));
            Assert.That(template.GetProperty("special_tokens").GetProperty("[SEP]").GetProperty("ids")[0].GetInt32(), Is.EqualTo(3));
            Assert.That(File.ReadLines(folder.File("vocab.txt")).First(), Is.EqualTo("[PAD]"));
            Assert.That(File.ReadAllText(folder.File("tokenizer_config.json")), Does.Contain("BertTokenizer").And.Contain("do_lower_case"));
        }
    }

    [TestCase("""{"model": {"type": "WordLevel", "vocab": {} } }""", "tokenizer.json: the model is of type 'WordLevel'")]
    [TestCase("[1]", "tokenizer.json: it is not a JSON object")]
    [TestCase("{\n", "tokenizer.json: line 2")]
    [TestCase("""{"model": {"type": "WordPiece", "vocab": {} } }""", "normalizer")]
    [TestCase($$"""{ {{BertParts}}, "model": {"type": "WordPiece", "vocab": {"a": 0} } }""", "it has no token '[UNK]'")]
    [TestCase($$"""{ {{BertParts}}, "model": {"type": "WordPiece", "vocab": [1] } }""", "model.vocab is not a vocabulary")]
    [TestCase($$"""{ {{BertParts}}, "model": {"type": "WordPiece", "vocab": {"[UNK]": 1} } }""", "token '[UNK]' has id 1")]
    [TestCase($$"""{ {{BertParts}}, "added_tokens": [{"id": 0}], "model": {{OneToken}} }""", "added_tokens 1 has no content")]
    [TestCase($$"""{ {{BertParts}}, "post_processor": {"type": "Odd"}, "model": {{OneToken}} }""", "post_processor is of type 'Odd'")]
    public void Faults_NameTheFileAndTheEntry(string json, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", json);
        Assert.That(() => Tokenizers.Load(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains(reason));
    }

    [Test]
    public void Encoders_NeedTheirSpecialTokens()
    {
        using var folder = new TemporaryFolder();
        ByteLevelBpe.Train([Text], 270, "<|endoftext|>").Save(folder.Path);
        Assert.That(() => TextEncoder.Load(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("'[CLS]' or '<s>'"));
    }
}
