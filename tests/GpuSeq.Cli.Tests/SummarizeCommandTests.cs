using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary>Training a Transformer that rewrites texts and using it, as people and programs call it.</summary>
public sealed class SummarizeCommandTests : FolderTests
{
    private static readonly string[] Tiny =
    [
        "--width", "16", "--layers", "1", "--heads", "2", "--inner", "16", "--vocab-size", "300", "--batch-tokens", "512",
        "--max-steps", "3",
    ];

    [Test]
    public void Summaries_AreWrittenMeasuredAndGoneOnWith()
    {
        var run = Train("summarize");
        var data = InFolder("reports.txt");
        File.WriteAllText(data, "The mill in Carrow burned down. Nobody was hurt.\tA mill burned in Carrow.\nIt rained.\tRain.\n");
        var summary = CommandTests.Run(
            "summarize", run, "The mill in Carrow burned down.", "--num-beams", "2", "--min-length", "3", "--max-length", "9");
        var json = JsonDocument.Parse(CommandTests.Run("summarize", run, "It rained.", "--max-length", "5", "--json").Out).RootElement;
        var measured = CommandTests.Run("eval", run, "--data", data, "--json");
        var resumed = CommandTests.Run("train", "summarize", "--out", run, "--resume", "--max-steps", "4");
        Assert.Multiple(() =>
        {
            Assert.That(summary.Exit, Is.Zero, summary.Err);
            Assert.That(summary.Out.Trim(), Is.Not.Empty.And.Not.Contain("\n"));
            Assert.That(json[0].GetProperty("source").GetString(), Is.EqualTo("It rained."));
            Assert.That(
                JsonDocument.Parse(measured.Out).RootElement.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name),
                Is.EquivalentTo(new[] { "perplexity", "bleu", "exact_match", "rouge1", "rouge2", "rouge_l" }));
            Assert.That(resumed.Exit, Is.Zero, resumed.Err);
        });
    }

    [Test]
    public void Translations_AreThoseOfATransformerAsWell()
    {
        var run = Train("translate", "--separate", "--norm", "post", "--positions", "learned", "--activation", "gelu", "--reverse");
        var picture = InFolder("alignment.svg");
        var given = CommandTests.Run(
            "translate", run, "Le chat voit le chien.", "", "--beam", "3", "--length-penalty", "1.2", "--attention", picture);
        Assert.Multiple(() =>
        {
            Assert.That(given.Exit, Is.Zero, given.Err);
            Assert.That(given.Out.Split('\n'), Has.Length.EqualTo(3));
            Assert.That(File.ReadAllText(picture), Does.Contain("What the model looked at"));
            Assert.That(File.Exists(Path.Combine(run, "source", "merges.txt")) && File.Exists(Path.Combine(run, "target", "merges.txt")));
        });
    }

    [TestCase("--heads", "3")]
    [TestCase("--activation", "tanh")]
    [TestCase("--vocab-size", "100")]
    public void FormThatCannotBe_IsAWrongCall(string option, string value)
    {
        var (exit, _, error) = CommandTests.Run("train", "translate", "--out", InFolder("run"), option, value);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(error, Does.StartWith("gpuseq: ").And.Not.Contain("   at "));
        });
    }

    [Test]
    public void Lengths_ThatContradictAreAWrongCall()
    {
        var (exit, _, error) = CommandTests.Run("summarize", InFolder("run"), "It rained.", "--min-length", "9", "--max-length", "5");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(error, Does.Contain("--min-length 9 is more than --max-length 5"));
        });
    }

    [Test]
    public void ModelThatDoesNotSummarize_IsNamed()
    {
        var run = InFolder("xor");
        CommandTests.Run("train", "mlp", "--max-steps", "1", "--out", run);
        var (exit, _, error) = CommandTests.Run("summarize", run, "Hello");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error, Does.Contain("'mlp' is none that summarizes"));
        });
    }

    private string Train(string recipe, params string[] more)
    {
        var run = InFolder(recipe);
        var trained = CommandTests.Run(["train", recipe, "--out", run, .. Tiny, .. more]);
        Assert.That(trained.Exit, Is.Zero, trained.Err);
        return run;
    }
}
