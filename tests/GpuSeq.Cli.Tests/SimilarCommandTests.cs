using System.Text.Json;
using static GpuSeq.Cli.Tests.CommandTests;

namespace GpuSeq.Cli.Tests;

/// <summary>Word vectors as people and programs ask for them.</summary>
public sealed class SimilarCommandTests : FolderTests
{
    private string _file = null!;

    [SetUp]
    public void WriteVectors() => _file = Write("vectors.txt", "5 2\nman 1 0\nwoman 1 1\nking 3 0.1\nqueen 3 3\napple -1 0.2\n");

    [Test]
    public void Similar_ShowsTheNearestWordsOfEach()
    {
        var (exit, output, _) = Run("similar", _file, "man", "queen", "--count", "2");
        var lines = output.TrimEnd().Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.Zero);
            Assert.That(lines[0], Is.EqualTo(new[] { "QUERY", "WORD", "COSINE" }));
            Assert.That(lines[1], Is.EqualTo(new[] { "man", "king", "0.999" }));
            Assert.That(lines[3], Is.EqualTo(new[] { "queen", "woman", "1.000" }));
            Assert.That(lines, Has.Length.EqualTo(5));
        }
    }

    [Test]
    public void Analogy_IsAnsweredAsJson()
    {
        var (exit, output, error) = Run("similar", _file, "--analogy", "man", "woman", "king", "--count", "1", "--json");
        var answer = JsonDocument.Parse(output).RootElement[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(answer.GetProperty("query").GetString(), Is.EqualTo("man woman king"));
            Assert.That(answer.GetProperty("neighbors")[0].GetProperty("word").GetString(), Is.EqualTo("queen"));
        }
    }

    [Test]
    public void UnknownWord_IsNamedWithTheClosestSpelling()
    {
        var (exit, _, error) = Run("similar", _file, "quean");
        var strange = Run("similar", _file, "xylophone").Err;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error.TrimEnd(), Does.EndWith("the word 'quean' is not known; there is 'queen'.").And.Not.Contain("\n"));
            Assert.That(strange.TrimEnd(), Does.EndWith("the word 'xylophone' is not known."));
        }
    }

    [Test]
    public void WrongCalls_EndWithTwo()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Run("similar", _file).Exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(Run("similar", _file, "man", "king", "--analogy").Exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(Run("similar", InFolder("none"), "man").Exit, Is.EqualTo(ExitCode.Failure));
        }
    }

    [Test]
    public void Runs_AreTrainedAskedAndMeasured()
    {
        var run = InFolder("run");
        var trained = Run(
            "train", "word2vec", "--out", run, "--max-steps", "150", "--size", "16", "--batch", "256", "--lr", "0.1", "--max-minutes", "1");
        var fromRun = Run("similar", run, "cat", "--count", "3").Out;
        var list = InFolder("list.txt");
        File.WriteAllText(list, "cat\tdog\t9\ncat\tcheese\t3\ncat\tking\t0.5\n");
        var measured = Run("eval", run, "--data", list);
        var page = File.ReadAllText(Path.Combine(run, "report.html"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(fromRun.Split('\n'), Has.Length.EqualTo(5));
            Assert.That(Run("similar", Path.Combine(run, "vectors.bin"), "cat", "--count", "3").Out, Is.EqualTo(fromRun));
            Assert.That(Run("similar", Path.Combine(run, "vectors.txt"), "cat", "--count", "3").Out, Is.EqualTo(fromRun));
            Assert.That(measured.Out, Does.Contain("spearman_list").And.Contain("coverage_list").And.Not.Contain("NaN"), measured.Err);
            Assert.That(page, Does.Contain("t-SNE").And.Contain("Principal components"));
        }
    }
}
