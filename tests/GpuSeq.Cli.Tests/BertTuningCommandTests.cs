using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary>Fine-tuning models of BERT's family, as people and programs call it.</summary>
public sealed class BertTuningCommandTests : FolderTests
{
    private static readonly string[] Small =
        ["--width", "16", "--layers", "1", "--heads", "2", "--vocab-size", "300", "--max-length", "64", "--batch", "4", "--max-steps", "2"];

    [TestCase("bert-classify", "", "the film is fine", 2)]
    [TestCase("bert-classify", "mnli", "a man is cooking\ta person is cooking", 3)]
    [TestCase("bert-classify", "sts-b", "the baker bakes bread\tthe baker makes bread", 0)]
    [TestCase("bert-choice", "", "ben is cold .\tgoes to bed\tlights the stove", 2)]
    public void Examples_TrainResumeAndClassify(string recipe, string task, string text, int labels)
    {
        var run = InFolder("run");
        string[] own = task.Length > 0 ? ["--task", task] : [];
        var trained = CommandTests.Run(["train", recipe, "--out", run, .. own, .. Small]);
        var resumed = CommandTests.Run("train", recipe, "--out", run, "--resume", "--max-steps", "3", "--json");
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
    public void Teacher_TeachesAStudent()
    {
        var (teacher, student) = (InFolder("teacher"), InFolder("student"));
        var taught = CommandTests.Run(["train", "bert-classify", "--out", teacher, .. Small, "--task", "sst-2"]);
        var trained = CommandTests.Run("train", "distill", "--teacher", teacher, "--out", student, "--batch", "4", "--max-steps", "2");
        var resumed = CommandTests.Run("train", "distill", "--out", student, "--resume", "--max-steps", "3", "--json");
        var data = InFolder("dev.tsv");
        File.WriteAllText(data, "sentence\tlabel\nfine \t1\ndull \t0\n");
        var measured = CommandTests.Run("eval", student, "--data", data, "--json");
        Assert.Multiple(() =>
        {
            Assert.That(taught.Exit, Is.Zero, taught.Err);
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(trained.Out, Does.Match(@"teacher +0\.\d+").And.Match(@"student +0\.\d+"));
            Assert.That(resumed.Exit, Is.Zero, resumed.Err);
            var metrics = JsonDocument.Parse(resumed.Out).RootElement.GetProperty("metrics");
            Assert.That(metrics.GetProperty("teacher_parameters").GetDouble(), Is.GreaterThan(1000));
            Assert.That(metrics.GetProperty("student_milliseconds").GetDouble(), Is.Positive);
            Assert.That(metrics.GetProperty("student_accuracy").GetDouble(), Is.InRange(0, 1));
            Assert.That(measured.Exit, Is.Zero, measured.Err);
            Assert.That(JsonDocument.Parse(measured.Out).RootElement.GetProperty("metrics").TryGetProperty("f1_positive", out _));
        });
    }

    [Test]
    public void Tagger_IsFineTunedFromAnotherRunAndMarksNames()
    {
        var (first, run, data) = (InFolder("first"), InFolder("run"), InFolder("names.conll"));
        File.WriteAllText(data, string.Concat(Enumerable.Range(0, 20).Select(i => $"Anna\tB-PER\nlives\tO\nin\tO\nRome{i}\tB-LOC\n\n")));
        var begun = CommandTests.Run(["train", "bert-classify", "--out", first, .. Small.Select(value => value == "16" ? "128" : value)]);
        var trained = CommandTests.Run(
            "train", "bert-tag", "--model", first, "--data", data, "--out", run, "--batch", "4", "--max-steps", "2", "--freeze", "0", "--layer-decay",
            "0.8", "--dropout", "0.2");
        var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "training.json"))).RootElement;
        var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json"))).RootElement;
        var said = CommandTests.Run("tag", run, "Anna lives in Rome1.", "--json");
        Assert.Multiple(() =>
        {
            Assert.That(begun.Exit, Is.Zero, begun.Err);
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(
                options.GetProperty("learning_rate").GetSingle(), Is.EqualTo(3e-4f).Within(0.01).Percent, "more than 5e-5, which 768 have");
            Assert.That(options.GetProperty("epochs").GetInt32(), Is.EqualTo(3));
            Assert.That(config.GetProperty("hidden_dropout_prob").GetSingle(), Is.EqualTo(0.2f));
            Assert.That(config.GetProperty("id2label").GetProperty("1").GetString(), Is.EqualTo("B-LOC"));
            Assert.That(said.Exit, Is.Zero, said.Err);
            Assert.That(JsonDocument.Parse(said.Out).RootElement[0].GetProperty("text").GetString(), Is.EqualTo("Anna lives in Rome1."));
            Assert.That(CommandTests.Run("eval", run, "--data", data).Out, Does.Contain("f1"));
        });
    }

    [TestCase("train", "bert-classify", "--heads", "3")]
    [TestCase("train", "bert-classify", "--task", "wnli")]
    [TestCase("train", "bert-classify", "--problem", "poem")]
    [TestCase("train", "bert-tag", "--layer-decay", "1.5")]
    [TestCase("train", "bert-choice", "--max-length", "3")]
    [TestCase("train", "distill")]
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
    public void ModelOfSomethingElse_EndsWithOneLine()
    {
        var (mlp, run) = (InFolder("mlp"), InFolder("run"));
        Directory.CreateDirectory(mlp);
        File.WriteAllText(Path.Combine(mlp, "config.json"), """{"model_type": "gpt2"}""");
        var (exit, _, error) = CommandTests.Run("train", "bert-classify", "--model", mlp, "--out", run);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error.TrimEnd().Split('\n')[^1], Does.StartWith("gpuseq: ").And.Contain("'gpt2'"));
        });
    }

    [Test]
    public void Help_TellsTheTasks() => Assert.That(
        CommandTests.Run("train", "bert-classify", "--help").Out, Does.Contain("cola|sst-2|mrpc").And.Contain("--layer-decay").And.Contain("--freeze"));
}
