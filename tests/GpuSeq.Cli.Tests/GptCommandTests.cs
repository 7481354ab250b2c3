using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary><c>gpuseq train gpt</c>, and what <c>gpuseq generate</c> and <c>gpuseq eval</c> do with its run.</summary>
public sealed class GptCommandTests
{
    private TemporaryFolder _folder = null!;
    private string _run = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _folder = new();
        _run = _folder.File("run");
        var (exit, output, error) = CommandTests.Run(
            "train", "gpt", "--out", _run, "--tokenizer", "bpe", "--vocab-size", "300", "--width", "16", "--layers", "2", "--heads", "2",
            "--context", "24", "--max-steps", "20", "--lr", "0.01");
        Assert.That(exit, Is.Zero, error);
        Assert.That(output, Does.Contain("a sample:").And.Contain("bits per character"));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Folder_HoldsTheHubsFiles()
    {
        var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(_run, "config.json"))).RootElement;
        string[] files = ["model.safetensors", "vocab.json", "merges.txt", "tokenizer.json"];
        Assert.Multiple(() =>
        {
            Assert.That(files.Select(file => File.Exists(Path.Combine(_run, file))), Is.All.True);
            Assert.That(config.GetProperty("model_type").GetString(), Is.EqualTo("gpt2"));
            Assert.That(config.GetProperty("n_embd").GetInt32(), Is.EqualTo(16));
            Assert.That(config.GetProperty("vocab_size").GetInt32(), Is.EqualTo(300));
        });
    }

    [Test]
    public void Generate_GoesOnFromSeveralPrompts()
    {
        string[] options = ["--length", "12", "--top-p", "0.9", "--repetition-penalty", "1.2"];
        string[] generate = ["generate", _run, "--prompt", "KEEPER: ", "--prompt", "The", .. options];
        var (exit, output, error) = CommandTests.Run(generate);
        var texts = JsonDocument.Parse(CommandTests.Run([.. generate, "--json"]).Out).RootElement;
        var first = CommandTests.Run(["generate", _run, "--prompt", "KEEPER: ", .. options]);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            var prompts = texts.EnumerateArray().Select(text => text.GetProperty("prompt").GetString());
            Assert.That(prompts, Is.EqualTo(new[] { "KEEPER: ", "The" }));
            foreach (var text in texts.EnumerateArray())
                Assert.That(output, Does.Contain($"{text.GetProperty("prompt").GetString()}{text.GetProperty("text").GetString()}"));
            Assert.That(output, Does.StartWith(first.Out));
        });
    }

    [Test]
    public void Generate_EndsBeforeAStopWord()
    {
        var whole = CommandTests.Run("generate", _run, "--length", "40", "--temperature", "1").Out;
        var cut = CommandTests.Run("generate", _run, "--length", "40", "--temperature", "1", "--stop", "e").Out;
        Assert.That(whole, Does.Contain('e').And.StartWith(cut.TrimEnd('\n', '\r')));
        Assert.That(cut, Does.Not.Contain('e'));
    }

    [Test]
    public void Eval_MeasuresOnAFile()
    {
        File.WriteAllText(_folder.File("text.txt"), "The light is on.\nThe sea is calm.\n");
        var (exit, output, error) = CommandTests.Run("eval", _run, "--data", _folder.File("text.txt"), "--json");
        var metrics = JsonDocument.Parse(output).RootElement.GetProperty("metrics");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(metrics.GetProperty("bits_per_character").GetDouble(), Is.GreaterThan(1).And.LessThan(8));
            Assert.That(metrics.GetProperty("perplexity").GetDouble(), Is.LessThan(300));
        });
    }

    [Test]
    public void Resume_GoesOn()
    {
        var parts = _folder.File("parts");
        string[] small = ["--width", "8", "--layers", "1", "--heads", "1", "--context", "16"];
        CommandTests.Run(["train", "gpt", "--out", parts, "--max-steps", "2", .. small]);
        var (exit, _, error) = CommandTests.Run("train", "gpt", "--out", parts, "--resume", "--max-steps", "4");
        Assert.That(exit, Is.Zero, error);
        Assert.That(File.ReadAllText(Path.Combine(parts, "metrics.jsonl")), Does.Contain("\"step\":4"));
    }

    [TestCase("--size", "gpt5")]
    [TestCase("--width", "20", "--heads", "3")]
    [TestCase("--vocab-size", "200", "--tokenizer", "bpe")]
    [TestCase("--tokenizer", "words")]
    public void WrongForm_IsAWrongCall(params string[] options)
    {
        var (exit, output, error) = CommandTests.Run(["train", "gpt", "--out", _folder.File("wrong"), .. options]);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(error, Does.StartWith("gpuseq: ").And.Contain("--help"));
            Assert.That(output, Is.Empty);
        });
    }
}
