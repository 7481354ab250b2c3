using System.Text.Json;

namespace GpuSeq.Models.Tests;

/// <summary>WordPiece and the encoder around it against BERT's slow tokenizer, by category of text or kind of call.</summary>
[Category(Fixtures.Category)]
public sealed class WordPieceFixtureTests
{
    private const string Folder = "tokenizers/bert_wordpiece";

    [TestCaseSource(nameof(Groups), new object[] { "cases.json" })]
    public void Texts_GetTheSamePiecesAndComeBack(string category) => Check("cases.json", category, fixture =>
    {
        var text = Text(fixture, "text")!;
        foreach (var (name, options) in new (string, WordPieceOptions)[] { ("lower", new()), ("cased", new() { LowerCase = false }) })
        {
            var expected = fixture.GetProperty(name);
            var encoder = Encoder(options);
            var encoded = encoder.Encode(text, options: new() { RecognizesSpecial = true });
            Assert.That(Tokens(encoder, encoded), Is.EqualTo(Texts(expected, "tokens")), $"{name} {text}");
            Assert.That(encoded.Ids, Is.EqualTo(Ids(expected, "ids")), $"{name} {text}");
            if (expected.TryGetProperty("decoded", out var decoded))
                Assert.That(encoder.Tokenizer.DecodeWithoutSpecial(encoded.Ids), Is.EqualTo(decoded.GetString()), $"{name} {text}");
            if (expected.TryGetProperty("basic", out _))
                Assert.That(Words(text, options).Select(WithoutFinalSigma), Is.EqualTo(Texts(expected, "basic").Select(WithoutFinalSigma)));
        }
    });

    [TestCaseSource(nameof(Groups), new object[] { "options.json" })]
    public void Options_GiveTheSamePieces(string option) => Check("options.json", option, fixture =>
    {
        var encoder = Encoder(option switch
        {
            "strip_accents_false_lower" => new() { StripAccents = false },
            "strip_accents_true_cased" => new() { LowerCase = false, StripAccents = true },
            _ => new() { SplitsIdeographs = false },
        });
        var text = Text(fixture, "text")!;
        var encoded = encoder.Encode(text, options: new() { RecognizesSpecial = true });
        Assert.That(Tokens(encoder, encoded), Is.EqualTo(Texts(fixture, "tokens")), text);
    });

    [TestCaseSource(nameof(Groups), new object[] { "pairs.json" })]
    public void Pairs_AreFramedAndCutTheSame(string call) => Check("pairs.json", call, fixture =>
    {
        var encoder = Encoder(new());
        var (first, second, args) = (Text(fixture, "text")!, Text(fixture, "pair"), fixture.GetProperty("args"));
        var expected = fixture.GetProperty("result");
        var options = Options(args);
        var encoded = encoder.Encode(first, second, options);
        var batch = EncodedBatch.Of([encoded], encoder.Special.Padding, Padding(args));
        Assert.That(batch.Ids, Is.EqualTo(Ids(expected, "input_ids")), first);
        Assert.That(batch.Types, Is.EqualTo(Ids(expected, "token_type_ids")), first);
        Assert.That(batch.Mask, Is.EqualTo(Ids(expected, "attention_mask")), first);
        // The Hub counts padding among the special tokens, and those that the text spells.
        var marks = batch.Ids.Select((id, at) => at >= encoded.Length || encoded.Parts[at] < 0 ? 1 : 0);
        Assert.That(marks, Is.EqualTo(Ids(expected, "special_tokens_mask")), first);
        if (!expected.TryGetProperty("overflowing_tokens", out _))
            return;
        var overflow = Overflow(encoder.EncodeWindows(first, second, options), options);
        Assert.That(overflow, Is.EqualTo(Ids(expected, "overflowing_tokens")), first);
    });

    [TestCaseSource(nameof(Groups), new object[] { "batches.json" })]
    public void Batches_ArePaddedTheSame(string call) => Check("batches.json", call, fixture =>
    {
        var encoder = Encoder(new());
        var args = fixture.GetProperty("args");
        var pairs = fixture.TryGetProperty("pairs", out _) ? Texts(fixture, "pairs") : null;
        var texts = Texts(fixture, "texts").Select((text, index) => encoder.Encode(text, pairs?[index], Options(args))).ToArray();
        var side = Text(fixture, "padding_side") == "left" ? PaddingSide.Left : PaddingSide.Right;
        var batch = EncodedBatch.Of(texts, encoder.Special.Padding, Padding(args) with { Side = side });
        var expected = fixture.GetProperty("result");
        foreach (var (name, values) in new[] { ("input_ids", batch.Ids), ("token_type_ids", batch.Types), ("attention_mask", batch.Mask) })
            Assert.That(values, Is.EqualTo(expected.GetProperty(name).EnumerateArray().SelectMany(Ids)), name);
    });

    /// <summary>What failures are counted by: the category or option of texts, the arguments of calls.</summary>
    public static IEnumerable<string> Groups(string file) => Fixtures.Folder is not null && File.Exists(PathOf(file))
        ? Cases(Json(file)).Select(Group).Distinct()
        : ["all"];

    private static void Check(string file, string group, Action<JsonElement> check)
    {
        var cases = Cases(Json(file)).Where(fixture => Group(fixture) == group); // ignored here where there are none
        using (Assert.EnterMultipleScope())
        {
            foreach (var fixture in cases)
                check(fixture);
        }
    }

    private static TextEncoder Encoder(WordPieceOptions options)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Fixtures.Require(Path.Combine(Folder, "vocab.txt")), folder.File("vocab.txt"));
        var accents = options.StripAccents is { } strips ? $", \"strip_accents\": {(strips ? "true" : "false")}" : "";
        File.WriteAllText(folder.File("tokenizer_config.json"), $$"""
            {"do_lower_case": {{(options.LowerCase ? "true" : "false")}},
             "tokenize_chinese_chars": {{(options.SplitsIdeographs ? "true" : "false")}}{{accents}}}
            """);
        return TextEncoder.Load(folder.Path);
    }

    // What the first window has no room for, and as many pieces before it as windows have in common.
    private static IEnumerable<int> Overflow(IReadOnlyList<EncodedText> windows, EncodingOptions options)
    {
        var part = options.Truncation == Truncation.OnlySecond ? 1 : 0;
        var texts = windows.Select(window => window.Ids.Where((_, at) => window.Parts[at] == part).ToArray()).ToArray();
        if (texts.Length == 1)
            return [];
        var size = texts[0].Length;
        var whole = texts[0].Concat(texts.Skip(1).SelectMany(text => text.Skip(Math.Min(options.Stride, size - 1))));
        return whole.Skip(Math.Max(size - options.Stride, 0));
    }

    private static EncodingOptions Options(JsonElement args) => new()
    {
        MaxLength = args.TryGetProperty("max_length", out var length) ? length.GetInt32() : null,
        Truncation = !args.TryGetProperty("truncation", out var truncation) ? Truncation.None : truncation.ToString() switch
        {
            "only_first" => Truncation.OnlyFirst,
            "only_second" => Truncation.OnlySecond,
            "False" => Truncation.None,
            _ => Truncation.LongestFirst,
        },
        Stride = args.TryGetProperty("stride", out var stride) ? stride.GetInt32() : 0,
        AddsSpecial = !args.TryGetProperty("add_special_tokens", out var adds) || adds.GetBoolean(),
        RecognizesSpecial = true,
    };

    private static PaddingOptions Padding(JsonElement args) => new()
    {
        Width = args.TryGetProperty("padding", out var padding) && padding.ToString() == "max_length"
            ? args.GetProperty("max_length").GetInt32() : 0,
        Multiple = args.TryGetProperty("pad_to_multiple_of", out var multiple) ? multiple.GetInt32() : 1,
    };

    private static List<string> Words(string text, WordPieceOptions options)
    {
        var words = new BasicWords(text, 0, options);
        var found = new List<string>();
        while (words.MoveNext())
            found.Add(words.Current.ToString());
        return found;
    }

    // The Hub's basic tokenizer alone makes words small as a whole; within the tokenizer, letters, which knows no sigma of its own at
    // the end.
    private static string WithoutFinalSigma(string word) => word.Replace('ς', 'σ');

    private static IEnumerable<string> Tokens(TextEncoder encoder, EncodedText text) =>
        text.Ids.Where((_, at) => text.Parts[at] >= 0).Select(encoder.Tokenizer.TokenOf);

    private static string Group(JsonElement fixture) => Text(fixture, "category") ?? Text(fixture, "option") ?? string.Join(
        ' ', fixture.GetProperty("args").EnumerateObject().Where(arg => arg.Name != "max_length").Select(arg => $"{arg.Name}={arg.Value}"));

    private static string PathOf(string file) => Path.Combine(Fixtures.Folder!, Folder, file);

    private static JsonElement Json(string file) =>
        JsonDocument.Parse(File.ReadAllText(Fixtures.Require(Path.Combine(Folder, file)))).RootElement;

    private static JsonElement.ArrayEnumerator Cases(JsonElement root) => root.GetProperty("cases").EnumerateArray();

    private static string? Text(JsonElement fixture, string name) => fixture.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static string[] Texts(JsonElement fixture, string name) =>
        [.. fixture.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];

    private static int[] Ids(JsonElement fixture, string name) => [.. Ids(fixture.GetProperty(name))];

    private static IEnumerable<int> Ids(JsonElement ids) => ids.EnumerateArray().Select(id => id.GetInt32());
}
