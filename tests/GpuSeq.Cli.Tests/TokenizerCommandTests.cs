using System.Text.Json;
using static GpuSeq.Cli.Tests.CommandTests;

namespace GpuSeq.Cli.Tests;

/// <summary>Tokenizers that are trained and used from the command line.</summary>
public sealed class TokenizerCommandTests : FolderTests
{
    private const string Text = "the lamp of the lighthouse, 灯台 ☂";

    [TestCase("bpe", 270)]
    [TestCase("char", 8)]
    [TestCase("byte", 256)]
    public void Tokenizers_AreTrainedAndGiveTextsBack(string kind, int count)
    {
        var data = Write("data.txt", $"{string.Join('\n', Enumerable.Repeat(Text, 20))}\n");
        var trained = Run("tokenizer", "train", "--data", data, "--kind", kind, "--vocab-size", "270", "--out", InFolder("out"), "--json");
        var result = JsonDocument.Parse(trained.Out).RootElement;
        var encoded = Run("tokenizer", "encode", InFolder("out"), Text);
        var json = JsonDocument.Parse(Run("tokenizer", "encode", InFolder("out"), Text, "--json").Out).RootElement[0];
        var ids = encoded.Out.Trim();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(result.GetProperty("kind").GetString(), Is.EqualTo(kind));
            Assert.That(result.GetProperty("count").GetInt32(), kind == "char" ? Is.GreaterThan(count) : Is.EqualTo(count));
            Assert.That(result.GetProperty("bytes_per_token").GetDouble(), kind == "byte" ? Is.EqualTo(1) : Is.GreaterThan(1));
            Assert.That(encoded.Exit, Is.Zero, encoded.Err);
            Assert.That(Run("tokenizer", "decode", InFolder("out"), ids).Out.TrimEnd('\r', '\n'), Is.EqualTo(Text));
            Assert.That(Run(["tokenizer", "decode", InFolder("out"), .. ids.Split(' ')]).Out.TrimEnd('\r', '\n'), Is.EqualTo(Text));
            Assert.That(string.Join(' ', json.GetProperty("ids").EnumerateArray()), Is.EqualTo(ids));
            Assert.That(json.GetProperty("tokens").GetArrayLength(), Is.EqualTo(ids.Split(' ').Length));
        }
    }

    [TestCase("wordpiece", "[CLS]@0-0 the@0-3 lamp@4-8", "[PAD]")]
    [TestCase("unigram", "[CLS]@0-0 \u2581the@0-3 \u2581lamp@4-8", "<pad>")]
    public void Pieces_ShowPairsAndPlaces(string kind, string start, string padding)
    {
        var data = Write("data.txt", $"{string.Join('\n', Enumerable.Repeat("the lamp burned, the lamp cafe", 20))}\n");
        var trained = Run("tokenizer", "train", "--data", data, "--kind", kind, "--vocab-size", "300", "--out", InFolder("out"));
        Assert.That(trained.Exit, Is.Zero, trained.Err);
        string[] call = ["tokenizer", "encode", InFolder("out"), "The lamp caf\u00e9 [MASK]", "--pair", "the lamp", "--special"];
        var shown = Run([.. call, "--tokens", "--offsets"]).Out;
        var json = JsonDocument.Parse(Run([.. call, "--json"]).Out).RootElement[0];
        var ids = string.Join(' ', json.GetProperty("ids").EnumerateArray());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown, Does.StartWith(start).And.Contain("[MASK]@14-20 [SEP]@0-0"));
            Assert.That(json.GetProperty("types").EnumerateArray().Last().GetInt32(), Is.EqualTo(1));
            Assert.That(json.GetProperty("parts")[0].GetInt32(), Is.EqualTo(-1));
            Assert.That(json.GetProperty("offsets")[1][1].GetInt32(), Is.EqualTo(3));
            Assert.That(json.GetProperty("words")[1].GetInt32(), Is.Zero);
            Assert.That(Run("tokenizer", "decode", InFolder("out"), ids, "--skip-special").Out.Trim(), Is.EqualTo("the lamp cafe the lamp"));
            Assert.That(Run("tokenizer", "decode", InFolder("out"), "0").Out.Trim(), Is.EqualTo(padding));
        }
    }

    [Test]
    public void Lines_OfTheStandardInputKeepTheirPlaces()
    {
        Train();
        var before = Console.In;
        try
        {
            Console.SetIn(new StringReader("the sea\n\nthe light\n"));
            var encoded = Run("tokenizer", "encode", InFolder("out"));
            Console.SetIn(new StringReader(encoded.Out));
            var decoded = Run("tokenizer", "decode", InFolder("out"));
            Assert.That(decoded.Out.ReplaceLineEndings("\n"), Is.EqualTo("the sea\n\nthe light\n"), decoded.Err);
            Console.SetIn(new StringReader("1 2\n1 x\n"));
            var broken = Run("tokenizer", "decode", InFolder("out"));
            Assert.That(broken.Exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(broken.Err, Does.Contain("standard input: line 2").And.Contain("'x'"));
        }
        finally
        {
            Console.SetIn(before);
        }
    }

    [Test]
    public void Tokens_AreShown_AndSpecialOnesWhereTheyAreAskedFor()
    {
        Train();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Run("tokenizer", "encode", InFolder("out"), "x the x", "--tokens").Out.Trim(), Does.StartWith("x Ġthe Ġ"));
            Assert.That(Run("tokenizer", "encode", InFolder("out"), "<|endoftext|>", "--special").Out.Trim(), Is.EqualTo("0"));
            Assert.That(Run("tokenizer", "encode", InFolder("out"), "<|endoftext|>").Out.Trim().Split(' '), Has.Length.GreaterThan(1));
        }
    }

    [Test]
    public void WrongCalls_SayWhy()
    {
        Train();
        Directory.CreateDirectory(InFolder("empty"));
        var text = Write("text.txt", "abc");
        using (Assert.EnterMultipleScope())
        {
            Fails(ExitCode.Failure, "holds a tokenizer already", "train", "--out", InFolder("out"));
            Fails(ExitCode.Failure, "none of tokenizer.json", "encode", InFolder("empty"), "x");
            Fails(ExitCode.Failure, "no such folder", "encode", InFolder("none"), "x");
            Fails(ExitCode.Failure, "no token 9999", "decode", InFolder("out"), "1", "9999");
            Fails(ExitCode.WrongCall, "'x' is not an id", "decode", InFolder("out"), "x");
            Fails(ExitCode.WrongCall, "--out", "train");
            Fails(ExitCode.WrongCall, "bpe, wordpiece, unigram, char, byte", "train", "--kind", "syllable", "--out", InFolder("new"));
            Fails(ExitCode.WrongCall, "room", "train", "--data", text, "--vocab-size", "256", "--out", InFolder("new"));
            Fails(ExitCode.WrongCall, "no special tokens", "train", "--kind", "char", "--special", "<s>", "--out", InFolder("new"));
            Fails(ExitCode.WrongCall, "--cased is for", "train", "--kind", "char", "--cased", "--out", InFolder("new"));
            Fails(ExitCode.Failure, "'[CLS]' or '<s>'", "encode", InFolder("out"), "x", "--frame");
            Fails(ExitCode.Failure, "no such file", "train", "--data", InFolder("no.txt"), "--out", InFolder("new"));
            Assert.That(Directory.Exists(InFolder("new")), Is.False);
        }
    }

    private void Train() => Assert.That(Run("tokenizer", "train", "--vocab-size", "400", "--out", InFolder("out")).Exit, Is.Zero);

    private static void Fails(int exit, string reason, params string[] args)
    {
        var (found, _, error) = Run(["tokenizer", .. args]);
        Assert.That(error, Does.Contain(reason), string.Join(' ', args));
        Assert.That(found, Is.EqualTo(exit), string.Join(' ', args));
    }
}
