using System.Globalization;
using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary><c>gpuseq train sentiment</c> and <c>gpuseq classify</c>.</summary>
public sealed class ClassifyCommandTests
{
    private static readonly string[] Texts = ["the film is wonderful", "the plot is\tdull"];

    private TemporaryFolder _folder = null!;
    private string _run = null!;

    [OneTimeSetUp]
    public void Train()
    {
        _folder = new();
        _run = _folder.File("run");
        var (exit, _, error) = CommandTests.Run(
            "train", "sentiment", "--out", _run, "--epochs", "5", "--batch", "16", "--lr", "0.005", "--hidden", "16", "--embedding", "16",
            "--dropout", "0.1", "--bidirectional", "false", "--average", "0");
        Assert.That(exit, Is.Zero, error);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Arguments_AreClassified()
    {
        var (exit, output, error) = CommandTests.Run("classify", _run, Texts[0], "the plot is dull");
        var lines = output.TrimEnd().Split(Environment.NewLine).Select(line => line.Split('\t')).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(lines.Select(line => line[0]), Is.EqualTo(new[] { "positive", "negative" }));
            Assert.That(lines.Select(line => Number(line[1]) + Number(line[2])), Is.All.EqualTo(1).Within(2e-4));
            Assert.That(Number(lines[0][2]), Is.GreaterThan(0.5), "the labels are in the order of their names");
            Assert.That(lines[1][3], Is.EqualTo("the plot is dull"));
        });
    }

    [Test]
    public void Lines_OfTheInputAreClassified()
    {
        var input = Console.In;
        try
        {
            Console.SetIn(new StringReader($"{string.Join('\n', Texts)}\n\n"));
            var json = JsonDocument.Parse(CommandTests.Run("classify", _run, "--json").Out).RootElement;
            Assert.Multiple(() =>
            {
                Assert.That(json.EnumerateArray().Select(said => said.GetProperty("text").GetString()), Is.EqualTo(Texts));
                Assert.That(json[0].GetProperty("label").GetString(), Is.EqualTo("positive"));
                Assert.That(json[0].GetProperty("probabilities").GetProperty("positive").GetDouble(), Is.GreaterThan(0.5));
                Assert.That(json[1].GetProperty("probabilities").GetProperty("negative").GetDouble(), Is.GreaterThan(0.5));
            });
        }
        finally
        {
            Console.SetIn(input);
        }
    }

    [Test]
    public void ModelOfAnotherKind_IsRefused()
    {
        _folder.Write("other/config.json", """{"model_type": "char-rnn"}""");
        var (exit, _, error) = CommandTests.Run("classify", _folder.File("other"), "text");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error, Does.Contain("'char-rnn' is none that classifies texts"));
        });
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
