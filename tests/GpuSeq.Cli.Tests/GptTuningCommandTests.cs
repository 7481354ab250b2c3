using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary>Fine-tuning GPTs and prompting them, as people and programs call it.</summary>
public sealed class GptTuningCommandTests : FolderTests
{
    private static readonly string[] Small =
        ["--width", "16", "--layers", "1", "--heads", "2", "--vocab-size", "300", "--max-length", "64", "--batch", "4", "--max-steps", "2"];

    [TestCase("classify", "the film is fine", 2)]
    [TestCase("entail", "a man is cooking\ta person is cooking", 3)]
    [TestCase("similar", "the baker bakes bread\tthe baker makes bread", 0)]
    [TestCase("choice", "ben is cold .\tgoes to bed\tlights the stove\truns", 3)]
    public void Forms_TrainResumeAndClassify(string form, string text, int labels)
    {
        var run = InFolder("run");
        var trained = CommandTests.Run(["train", $"gpt-{form}", "--out", run, .. Small]);
        var resumed = CommandTests.Run("train", $"gpt-{form}", "--out", run, "--resume", "--max-steps", "3", "--json");
        var said = CommandTests.Run("classify", run, text, "--json");
        var line = CommandTests.Run("classify", run, text).Out;
        Assert.Multiple(() =>
        {
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(resumed.Exit, Is.Zero, resumed.Err);
            Assert.That(JsonDocument.Parse(resumed.Out).RootElement.GetProperty("steps").GetInt32(), Is.EqualTo(3));
            Assert.That(said.Exit, Is.Zero, said.Err);
            Assert.That(JsonDocument.Parse(said.Out).RootElement[0].GetProperty("probabilities").EnumerateObject().Count(), Is.EqualTo(labels));
            Assert.That(line.TrimEnd('\r', '\n').Split('\t'), Has.Length.EqualTo(1 + labels + text.Split('\t').Length));
        });
    }

    [Test]
    public void Pretrained_IsFineTunedAndMeasured()
    {
        var (gpt, run) = (InFolder("gpt"), InFolder("run"));
        Pretrain(gpt);
        var data = InFolder("pairs.tsv");
        File.WriteAllText(data, "sentence1\tsentence2\tscore\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"text {i}\ta text\t{i % 5}\n")));
        var trained = CommandTests.Run("train", "gpt-similar", "--model", gpt, "--data", data, "--out", run, "--max-steps", "2", "--batch", "4");
        var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "training.json"))).RootElement;
        var measured = CommandTests.Run("eval", run, "--data", data, "--json");
        Assert.Multiple(() =>
        {
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(options.GetProperty("learning_rate").GetSingle(), Is.EqualTo(6.25e-5f), "less than from scratch");
            Assert.That(options.GetProperty("epochs").GetInt32(), Is.EqualTo(3));
            Assert.That(measured.Exit, Is.Zero, measured.Err);
            var metrics = JsonDocument.Parse(measured.Out).RootElement.GetProperty("metrics");
            Assert.That(metrics.EnumerateObject().Select(metric => metric.Name), Is.SupersetOf(new[] { "pearson", "spearman", "perplexity" }));
        });
    }

    [Test]
    public void Prompt_ComparesNumbersOfExamples()
    {
        var gpt = InFolder("gpt");
        Pretrain(gpt);
        var (data, page) = (InFolder("texts.tsv"), InFolder("page.html"));
        File.WriteAllText(data, "text\tlabel\nit is dull\tbad\nit is fine\tgood\nso <dull>\tbad\nso fine\tgood\n");
        string[] call = ["prompt", gpt, "--task", "Opinions:", "--examples", data, "--shots", "0,2"];
        var asked = CommandTests.Run([.. call, "how fine"]);
        var measured = CommandTests.Run([.. call, "--data", data, "--out", page]);
        var json = JsonDocument.Parse(CommandTests.Run([.. call, "--data", data, "--json", "how fine"]).Out).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(asked.Exit, Is.Zero, asked.Err);
            Assert.That(asked.Out.Split('\n').Count(line => line.Contains(" good ") || line.Contains(" bad ")), Is.EqualTo(4), asked.Out);
            Assert.That(measured.Exit, Is.Zero, measured.Err);
            Assert.That(measured.Out.TrimEnd().Split('\n'), Has.Length.EqualTo(3), measured.Out);
            Assert.That(File.ReadAllText(page), Does.Contain("Opinions:").And.Contain("so &lt;dull&gt;").And.Contain("<svg"));
            Assert.That(json.GetProperty("prompts").GetArrayLength(), Is.EqualTo(2));
            Assert.That(json.GetProperty("measures")[1].GetProperty("shots").GetInt32(), Is.EqualTo(2));
            Assert.That(json.GetProperty("measures")[1].GetProperty("examples").GetInt32(), Is.EqualTo(4));
        });
    }

    [TestCase("train", "gpt-entail", "--heads", "3")]
    [TestCase("train", "gpt-choice", "--lm-weight", "-1")]
    [TestCase("prompt", "nowhere", "--shots", "1", "--candidates", "a,b", "text")]
    [TestCase("prompt", "nowhere", "--shots", "0", "--candidates", "a", "text")]
    [TestCase("prompt", "nowhere", "--shots", "few")]
    [TestCase("prompt", "nowhere", "--template", "{text}")]
    public void WrongCall_IsToldWithTheHelp(params string[] args)
    {
        var (exit, _, error) = CommandTests.Run(args);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(error, Does.StartWith("gpuseq: ").And.Contain("--help"));
        });
    }

    [Test]
    public void BrokenFile_EndsWithOneLine()
    {
        var data = InFolder("pairs.tsv");
        File.WriteAllText(data, "sentence1\tsentence2\tgold_label\na\tb\n");
        var (exit, _, error) = CommandTests.Run("train", "gpt-entail", "--data", data, "--out", InFolder("run"));
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error.TrimEnd(), Is.EqualTo($"gpuseq: {data}: line 2 has 2 cells where line 1 names 3 columns."));
        });
    }

    [Test]
    public void Help_ShowsTheDefaults() =>
        Assert.That(CommandTests.Run("train", "gpt-classify", "--help").Out, Does.Contain("--lm-weight").And.Contain("[default: 0.5]"));

    private static void Pretrain(string folder)
    {
        var trained = CommandTests.Run(
            "train", "gpt", "--tokenizer", "bpe", "--vocab-size", "300", "--width", "16", "--layers", "1", "--heads", "2", "--context", "48",
            "--batch", "4", "--max-steps", "2", "--out", folder);
        Assert.That(trained.Exit, Is.Zero, trained.Err);
    }
}
