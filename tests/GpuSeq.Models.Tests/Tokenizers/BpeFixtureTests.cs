using System.Text.Json;

namespace GpuSeq.Models.Tests;

/// <summary>Byte-level byte-pair encoding against GPT-2's tokenizer, by category of text.</summary>
[Category(Fixtures.Category)]
public sealed class BpeFixtureTests
{
    private const string Folder = "tokenizers/gpt2_bpe";

    [TestCaseSource(nameof(Categories), new object[] { "cases.json" })]
    public void Texts_GetTheSameIdsAndComeBack(string category) => Check("cases.json", category, (bpe, fixture) =>
    {
        var text = fixture.GetProperty("text").GetString()!;
        var ids = bpe.Encode(text, recognizesSpecial: true);
        Assert.That(ids, Is.EqualTo(Ids(fixture, "ids")));
        Assert.That(ids.Select(bpe.TokenOf), Is.EqualTo(fixture.GetProperty("tokens").EnumerateArray().Select(token => token.GetString())));
        Assert.That(bpe.Decode(ids), Is.EqualTo(fixture.TryGetProperty("decoded", out var decoded) ? decoded.GetString() : text));
        if (fixture.TryGetProperty("ids_add_prefix_space", out _))
            Assert.That(bpe.Encode(" " + text, recognizesSpecial: true), Is.EqualTo(Ids(fixture, "ids_add_prefix_space")));
        if (!bpe.Special.Any(token => text.Contains(token, StringComparison.Ordinal)))
            Assert.That(bpe.Encode(text), Is.EqualTo(ids));
    });

    [TestCaseSource(nameof(Categories), new object[] { "decode.json" })]
    public void Ids_GetTheSameText(string category) => Check("decode.json", category, (bpe, fixture) =>
    {
        var ids = Ids(fixture, "ids");
        var stream = new TokenStream(bpe);
        var decoded = fixture.GetProperty("decoded").GetString();
        Assert.That(bpe.Decode(ids), Is.EqualTo(decoded));
        Assert.That(string.Concat(ids.Select(stream.Append)) + stream.Flush(), Is.EqualTo(decoded));
        if (fixture.TryGetProperty("bytes", out _))
            Assert.That(ids.SelectMany(id => bpe.BytesOf(id).ToArray()), Is.EqualTo(Ids(fixture, "bytes")));
        if (fixture.TryGetProperty("decoded_skip_special", out var skipped))
            Assert.That(bpe.DecodeWithoutSpecial(ids), Is.EqualTo(skipped.GetString()));
    });

    [Test]
    public void Vocabulary_IsWholeAndWrittenAsItWasRead()
    {
        var bpe = ByteLevelBpe.Load(Fixtures.Require(Folder));
        var facts = Json("cases.json");
        using var folder = new TemporaryFolder();
        bpe.Save(folder.Path);
        var merges = Fixtures.Require(Path.Combine(Folder, "merges.txt"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bpe.Count, Is.EqualTo(facts.GetProperty("vocab_size").GetInt32()));
            Assert.That(bpe.Find("<|endoftext|>"), Is.EqualTo(facts.GetProperty("eos_token_id").GetInt32()));
            Assert.That(File.ReadLines(folder.File("merges.txt")).Skip(1), Is.EqualTo(File.ReadLines(merges).Skip(1)));
        }
    }

    /// <summary>The categories of the cases, so that failures are counted by them; one that stands for all where there are none.</summary>
    public static IEnumerable<string> Categories(string file) => Fixtures.Folder is not null && File.Exists(PathOf(file))
        ? Cases(Json(file)).Select(Category).Distinct()
        : ["all"];

    private static void Check(string file, string category, Action<ByteLevelBpe, JsonElement> check)
    {
        var bpe = ByteLevelBpe.Load(Fixtures.Require(Folder));
        using (Assert.EnterMultipleScope())
        {
            foreach (var fixture in Cases(Json(file)).Where(fixture => Category(fixture) == category))
                check(bpe, fixture);
        }
    }

    private static string PathOf(string file) => Path.Combine(Fixtures.Folder!, Folder, file);

    private static JsonElement Json(string file) =>
        JsonDocument.Parse(File.ReadAllText(Fixtures.Require(Path.Combine(Folder, file)))).RootElement;

    private static JsonElement.ArrayEnumerator Cases(JsonElement root) => root.GetProperty("cases").EnumerateArray();

    private static string Category(JsonElement fixture) => fixture.GetProperty("category").GetString()!;

    private static int[] Ids(JsonElement fixture, string name) =>
        [.. fixture.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
