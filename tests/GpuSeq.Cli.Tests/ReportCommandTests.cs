using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary><c>gpuseq report</c> as people and programs call it.</summary>
public sealed class ReportCommandTests : FolderTests
{
    [Test]
    public void OneRun_WritesIntoItsFolder()
    {
        var run = MakeRun("a", loss: 2);
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), "nonsense\n");
        var (exit, output, error) = CommandTests.Run("report", run);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(output.Trim(), Is.EqualTo(Path.Combine(run, "report.html")));
            Assert.That(output.Trim(), Does.Exist);
            Assert.That(error, Does.Contain("line 3").And.Contain("skipped"));
        });
    }

    [Test]
    public void SeveralRuns_GoIntoOneFileWithFiguresForPrograms()
    {
        var page = InFolder("both.html");
        var (exit, output, error) = CommandTests.Run("report", MakeRun("a", 2), MakeRun("b", 3), "--out", page, "--json");
        var json = JsonDocument.Parse(output).RootElement;
        var runs = json.GetProperty("runs");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(File.ReadAllText(page), Does.Contain("2 runs"));
            Assert.That(json.GetProperty("report").GetString(), Is.EqualTo(page));
            Assert.That(runs[1].GetProperty("best").GetProperty("values").GetProperty("loss").GetDouble(), Is.EqualTo(3));
            Assert.That(runs[0].GetProperty("steps").GetInt32(), Is.EqualTo(20));
        });
    }

    [Test]
    public void TensorBoard_GetsAFolderForEachRun()
    {
        var events = InFolder("events");
        var (exit, _, error) = CommandTests.Run(
            "report", MakeRun("a", 2), MakeRun("b", 3), "--out", InFolder("r.html"), "--tensorboard", events);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(Directory.GetFiles(Path.Combine(events, "a"), "events.out.tfevents.*"), Has.Length.EqualTo(1));
            Assert.That(Directory.GetFiles(Path.Combine(events, "b"), "events.out.tfevents.*"), Has.Length.EqualTo(1));
        });
    }

    [TestCase("nowhere")]
    [TestCase("empty")]
    [TestCase("a", "--out", "nowhere/report.html")]
    [TestCase("a", "nowhere")]
    public void Failure_EndsWithOneAndOneLine(params string[] args)
    {
        MakeRun("a", 2);
        Directory.CreateDirectory(InFolder("empty"));
        var paths = args.Select(arg => arg.StartsWith('-') ? arg : InFolder(arg));
        var (exit, output, error) = CommandTests.Run(["report", .. paths]);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error, Does.StartWith("gpuseq: "));
            Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), error);
            Assert.That(output, Is.Empty);
        });
    }

    [Test]
    public void NoRun_IsAWrongCall() => Assert.That(CommandTests.Run("report").Exit, Is.EqualTo(ExitCode.WrongCall));

    private string MakeRun(string name, double loss)
    {
        var run = InFolder(name);
        Directory.CreateDirectory(run);
        File.WriteAllText(
            Path.Combine(run, "metrics.jsonl"),
            FormattableString.Invariant($$"""
                {"step":10,"epoch":1,"split":"train","loss":{{loss + 1}},"lr":0.001,"grad_norm":1.5,"tokens_per_second":900}
                {"step":20,"epoch":2,"split":"validation","loss":{{loss}},"accuracy":0.5}

                """));
        return run;
    }
}
