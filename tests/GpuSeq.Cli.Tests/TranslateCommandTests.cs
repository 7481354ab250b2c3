using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary>Training a translator and translating, as people and programs call it.</summary>
public sealed class TranslateCommandTests : FolderTests
{
    [Test]
    public void Translate_TakesArgumentsOrLines()
    {
        var run = Train();
        var picture = InFolder("alignment.svg");
        var given = CommandTests.Run("translate", run, "The cat sees the dog.", "A bird.", "--attention", picture);
        var json = JsonDocument.Parse(CommandTests.Run("translate", run, "The cat sees the dog.", "--json").Out).RootElement;
        var before = Console.In;
        Console.SetIn(new StringReader("The cat sees the dog.\n\nA bird.\n"));
        var lines = CommandTests.Run("translate", run);
        Console.SetIn(before);
        Assert.Multiple(() =>
        {
            Assert.That(given.Exit, Is.Zero, given.Err);
            Assert.That(given.Out.Split('\n'), Has.Length.EqualTo(3), "two lines, which a model that learned little may leave empty");
            Assert.That(lines.Out, Is.EqualTo(given.Out.Insert(given.Out.IndexOf('\n') + 1, "\n")), "line by line");
            Assert.That(File.ReadAllText(picture), Does.StartWith("<svg").Or.StartWith("<?xml").And.Contain(">cat<"));
            Assert.That(json[0].GetProperty("source").GetString(), Is.EqualTo("The cat sees the dog."));
            Assert.That(json[0].GetProperty("text").GetString(), Is.EqualTo(given.Out.Split('\n')[0]));
            Assert.That(json[0].GetProperty("score").GetDouble(), Is.Negative);
        });
    }

    [Test]
    public void Run_IsMeasuredAndResumed()
    {
        var run = Train("--reverse");
        var pairs = InFolder("pairs.txt");
        File.WriteAllText(pairs, "The cat sees the dog.\tLe chat voit le chien.\nThe dog sees the cat.\tLe chien voit le chat.\n");
        var measured = CommandTests.Run("eval", run, "--data", pairs, "--json");
        var json = JsonDocument.Parse(measured.Out).RootElement;
        var resumed = CommandTests.Run("train", "seq2seq", "--out", run, "--resume", "--max-steps", "4");
        Assert.Multiple(() =>
        {
            Assert.That(measured.Exit, Is.Zero, measured.Err);
            Assert.That(json.GetProperty("examples").GetInt32(), Is.EqualTo(2));
            Assert.That(json.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name), Does.Contain("bleu"));
            Assert.That(resumed.Exit, Is.Zero, resumed.Err);
        });
    }

    [Test]
    public void ModelThatDoesNotTranslate_IsNamed()
    {
        var run = InFolder("xor");
        CommandTests.Run("train", "mlp", "--max-steps", "1", "--out", run);
        var (exit, _, error) = CommandTests.Run("translate", run, "Hello");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error, Does.Contain("'mlp' is none that translates"));
        });
    }

    [TestCase("--hidden", "17")]
    [TestCase("--input-feeding", "--attention", "additive")]
    [TestCase("--attention", "sideways")]
    public void FormThatCannotBe_IsAWrongCall(params string[] options)
    {
        var (exit, _, error) = CommandTests.Run(["train", "seq2seq", "--out", InFolder("run"), .. options]);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(error, Does.StartWith("gpuseq: ").And.Contain("--help"));
        });
    }

    private string Train(params string[] more)
    {
        var run = InFolder("run");
        var trained = CommandTests.Run(
            ["train", "seq2seq", "--out", run, "--hidden", "16", "--embedding", "8", "--batch", "8", "--max-steps", "3", .. more]);
        Assert.That(trained.Exit, Is.Zero, trained.Err);
        return run;
    }
}
