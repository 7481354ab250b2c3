using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary><c>gpuseq train tagger</c>, <c>gpuseq tag</c> and <c>gpuseq eval</c> of a tagger.</summary>
public sealed class TagCommandTests
{
    private const string Text = "😀 Anna Holdor moved to Limford.";

    private TemporaryFolder _folder = null!;
    private string _run = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _folder = new();
        _run = _folder.File("run");
        var (exit, _, error) = CommandTests.Run(
            "train", "tagger", "--out", _run, "--max-steps", "100", "--lr", "0.02", "--embedding", "16", "--hidden", "16", "--character-size",
            "8", "--character-hidden", "12", "--dropout", "0.2");
        Assert.That(exit, Is.Zero, error);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Tag_WritesWordsWithTheirTags()
    {
        var (exit, output, error) = CommandTests.Run("tag", _run, Text, "", "It rained in Port Holdor.");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(Lines(output), Is.EqualTo(new[]
            {
                "😀\tO", "Anna\tB-PER", "Holdor\tI-PER", "moved\tO", "to\tO", "Limford\tB-LOC", ".\tO", "", "",
                "It\tO", "rained\tO", "in\tO", "Port\tB-LOC", "Holdor\tI-LOC", ".\tO",
            }));
        });
    }

    [Test]
    public void Tag_ReadsLinesOfTheStandardInput()
    {
        var before = Console.In;
        Console.SetIn(new StringReader($"{Text}\nIt rained in Limford.\n"));
        try
        {
            Assert.That(CommandTests.Run("tag", _run).Out, Is.EqualTo(CommandTests.Run("tag", _run, Text, "It rained in Limford.").Out));
        }
        finally
        {
            Console.SetIn(before);
        }
    }

    [Test]
    public void Tag_GivesProgramsThePlacesOfSpans()
    {
        var json = JsonDocument.Parse(CommandTests.Run("tag", _run, Text, "--json").Out).RootElement;
        var span = json[0].GetProperty("spans")[1];
        Assert.Multiple(() =>
        {
            Assert.That(json[0].GetProperty("text").GetString(), Is.EqualTo(Text));
            Assert.That(json[0].GetProperty("spans").GetArrayLength(), Is.EqualTo(2));
            Assert.That(span.GetProperty("start").GetInt32(), Is.EqualTo(23));
            Assert.That(span.GetProperty("end").GetInt32(), Is.EqualTo(30));
            Assert.That(span.GetProperty("text").GetString(), Is.EqualTo("Limford"));
            Assert.That(span.GetProperty("type").GetString(), Is.EqualTo("LOC"));
        });
    }

    [Test]
    public void Eval_MeasuresSpans()
    {
        var data = _folder.File("data.conll");
        File.WriteAllText(data, "Anna B-PER\nHoldor I-PER\nmoved O\nto O\nLimford B-LOC\n. O\n");
        var json = JsonDocument.Parse(CommandTests.Run("eval", _run, "--data", data, "--json").Out).RootElement;
        File.WriteAllText(data, "Anna B-PER\nHoldor\n");
        var broken = CommandTests.Run("eval", _run, "--data", data);
        Assert.Multiple(() =>
        {
            Assert.That(json.GetProperty("examples").GetInt32(), Is.EqualTo(1));
            foreach (var name in new[] { "f1", "precision", "recall", "f1_PER", "precision_LOC", "recall_PER" })
                Assert.That(json.GetProperty("metrics").GetProperty(name).GetDouble(), Is.EqualTo(1), name);
            Assert.That(broken.Exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(broken.Err, Does.Contain("data.conll").And.Contain("line 2"));
        });
    }

    [Test]
    public void Resume_GoesOnWithTheRun()
    {
        var copy = _folder.File("copy");
        foreach (var file in Directory.GetFiles(_run, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(_run, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        var (exit, output, error) = CommandTests.Run("train", "tagger", "--out", copy, "--resume", "--max-steps", "110", "--json");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(JsonDocument.Parse(output).RootElement.GetProperty("steps").GetInt32(), Is.EqualTo(110));
        });
    }

    [Test]
    public void OtherModels_DoNotTag()
    {
        var run = _folder.File("mlp");
        CommandTests.Run("train", "mlp", "--out", run, "--max-steps", "1");
        var (exit, _, error) = CommandTests.Run("tag", run, Text);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error, Does.Contain("'mlp'").And.Contain("is none that tags words"));
        });
    }

    private static string[] Lines(string output) => output.TrimEnd().ReplaceLineEndings("\n").Split('\n');
}
