using System.Text.RegularExpressions;
using System.Xml.Linq;
using GpuSeq.Engine;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Tests.Reporting;

public sealed partial class RunReportTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void OneRun_ShowsFiguresCurvesSettingsEnvironmentAndSamples()
    {
        var run = MakeRun("first", steps: 30, learningRate: 0.01);
        run.Log(Validation(40, 1.25, 0.5));
        run.Log(Validation(50, 1.5, 0.75));
        using (var device = Device.Cpu(1))
            RunEnvironment.Current(device, "char-rnn", "characters").Save(run.Environment);
        new Sample(50, "the input", "<b>bold</b> & \"quoted\"", "expected").AppendTo(run.Samples);
        var html = File.ReadAllText(RunReport.Write(run));
        using (Assert.EnterMultipleScope())
        {
            string[] titles =
            [
                "Loss", "Accuracy", "Learning rate", "Gradient norm before clipping", "Throughput", "Device memory, the most so far",
            ];
            Assert.That(Plots(html), Is.EqualTo(titles));
            Assert.That(html, Does.Contain("<title>char-rnn: first</title>"));
            Assert.That(html, Does.Contain("1.25").And.Contain("best, step 40").And.Contain("last, step 50"), "figures");
            Assert.That(html, Does.Contain("1.25 at step 40"), "the least loss is marked");
            Assert.That(Figure(html, "Loss").Split(">train<"), Has.Length.EqualTo(2), "once in the legend");
            Assert.That(html, Does.Contain("learning_rate").And.Contain("inner.size").And.Contain("[1,2]"), "settings");
            Assert.That(html, Does.Contain(".NET").And.Contain(Environment.Version.ToString()), "environment");
            Assert.That(html, Does.Contain("&lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot;").And.Not.Contain("<b>bold"), "samples");
            Assert.That(html, Does.Not.Contain("class=\"differs\""));
        }
    }

    [Test]
    public void SeveralRuns_LieInTheSamePlotsAndTheirDifferencesStandOut()
    {
        var runs = TrainingRun.Load([MakeRun("a", 30, 0.01), MakeRun("b<2>", 60, 0.02)]);
        var html = RunReport.Html(runs);
        var loss = Figure(html, "Loss");
        var differing = Differing().Matches(html).Select(match => match.Groups[1].Value);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Plots(html), Is.Unique);
            Assert.That(loss, Does.Contain("s0-stroke").And.Contain("s1-stroke"), "a colour for each run");
            Assert.That(loss, Does.Contain(">a<").And.Contain(">b&lt;2&gt;<"), "the legend");
            Assert.That(differing, Is.EqualTo(new[] { "learning_rate" }));
            Assert.That(html, Does.Contain("<th>b&lt;2&gt;</th>").And.Not.Contain("b<2>"));
        }
    }

    [Test]
    public void Page_IsWholeByItself()
    {
        var html = RunReport.Html(TrainingRun.Load([MakeRun("a", 300, 0.01)]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(html, Does.Not.Contain("http").And.Not.Contain("src=").And.Not.Contain("@import").And.Not.Contain("<link"));
            Assert.That(html, Does.Contain("prefers-color-scheme: dark").And.Contain("@media print").And.Contain("name=\"viewport\""));
            foreach (Match svg in Svgs().Matches(html))
                Assert.That(() => XElement.Parse(svg.Value), Throws.Nothing);
            Assert.That(Svgs().Count(html), Is.EqualTo(Saves().Count(html)), "each plot can be saved");
        }
    }

    [Test]
    public void CutOffAndMalformedLines_AreLeftOut()
    {
        var run = MakeRun("a", 3, 0.01);
        string[] more =
        [
            "not json", """{"split":"train"}""", "[1]", """{"step":4,"step":4}""",
            """{"step":9,"split":"train","loss":"NaN"}""", """{"step":10,"sp""",
        ];
        File.AppendAllText(run.Metrics, string.Join('\n', more));
        var read = TrainingRun.Load(run);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Lines.Select(line => line.Step), Is.EqualTo(new[] { 1, 2, 3, 9 }));
            Assert.That(read.Lines[^1].Values["loss"], Is.NaN);
            Assert.That(read.MalformedLines, Is.EqualTo(new[] { 4, 5, 6, 7 }));
            Assert.That(RunReport.Html([read]), Does.Contain("4 lines do not tell of a step and were skipped: 4, 5, 6, 7."));
        }
    }

    [TestCase("""{"step":8,"epoch":0.1,"split":"validation","loss":2.5}""")]
    [TestCase("""{"step":8,"split":"train","loss":"NaN"}""")]
    [TestCase("""{"step":8,"split":"validation","loss":"NaN","accuracy":"Infinity"}""")]
    [TestCase("""{"step":0,"split":"test"}""")]
    public void BareRun_StillHasAReport(string line)
    {
        var run = new RunFolder(_folder.File("bare"));
        run.Create();
        File.WriteAllText(run.Metrics, line + "\n");
        var html = File.ReadAllText(RunReport.Write(run));
        Assert.That(html, Does.Contain("holds no configuration").And.Contain("<title>Training: bare</title>"));
    }

    [Test]
    public void NotARun_IsRefusedByName()
    {
        Directory.CreateDirectory(_folder.File("empty"));
        var silent = new RunFolder(_folder.File("silent"));
        silent.Create();
        File.WriteAllText(silent.Metrics, "{\"step\":1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Load("nowhere"), Throws.TypeOf<DataException>().With.Message.Contains("nowhere: there is no such folder"));
            Assert.That(() => Load("empty"), Throws.TypeOf<DataException>().With.Message.Contains("it has no metrics.jsonl"));
            Assert.That(() => Load("silent"), Throws.TypeOf<DataException>().With.Message.Contains("no line of it tells of a step"));
        }
    }

    [Test]
    public void LateLoss_HasAPictureOfItsOwn()
    {
        var falling = new RunFolder(_folder.File("falling"));
        falling.Create();
        for (var step = 1; step <= 100; step++)
            falling.Log(new() { Step = step, Epoch = 1, Split = "train", Loss = 1 + 9 * Math.Exp(-step / 4.0) });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Plots(RunReport.Html([TrainingRun.Load(falling)])), Does.Contain("Loss from step 20 on"));
            Assert.That(Plots(RunReport.Html([TrainingRun.Load(MakeRun("even", 100, 0.1))])), Has.None.StartWith("Loss from"));
        }
    }

    [Test]
    public void Summary_HasTheBestTheLastAndTheMedian()
    {
        var run = MakeRun("a", 5, 0.01);
        run.Log(Validation(3, 2, 0.5));
        run.Log(Validation(4, double.NaN, 0.6));
        run.Log(Validation(5, 3, 0.75));
        var summary = RunSummary.Of(TrainingRun.Load(run));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(summary.Steps, Is.EqualTo(5));
            Assert.That(summary.Best!.Step, Is.EqualTo(3));
            Assert.That(summary.Last!.Step, Is.EqualTo(5));
            Assert.That(summary.TrainLoss, Is.EqualTo(95));
            Assert.That(summary.TokensPerSecond, Is.EqualTo(1003));
            Assert.That(RunSummary.MetricNames([TrainingRun.Load(run)]), Is.EqualTo(new[] { "accuracy" }));
        }
    }

    [Test]
    public void Best_IsWhatTheRunWasToFind()
    {
        var run = MakeRun("a", 5, 0.01);
        File.WriteAllText(run.Training, """{"metric": "accuracy"}""");
        run.Log(Validation(2, loss: 0.9, accuracy: 0.7));
        run.Log(Validation(3, loss: 1.2, accuracy: 0.8));
        run.Log(Validation(4, loss: 1.3, accuracy: 0.8));
        run.Log(Validation(5, loss: 0.5, accuracy: 0.6));
        var loaded = TrainingRun.Load(run);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(RunSummary.Of(loaded).Best!.Step, Is.EqualTo(3), "the first of those with the highest accuracy");
            Assert.That(RunReport.Html([loaded]), Does.Contain("best validation accuracy").And.Contain("best, step 3"));
        }
    }

    [Test]
    public void Pictures_LieInTheReport()
    {
        var run = MakeRun("a", 5, 0.01);
        var axis = new Axis("said") { Categories = ["no", "yes"] };
        new Picture("confusion", new("Who is who", axis, axis with { Label = "right" }, [new HeatMap(new double[,] { { 1, 0 }, { 0.25, 0.75 } })]))
            .Save(run.Pictures);
        var (alone, both) = (RunReport.Html([TrainingRun.Load(run)]), RunReport.Html(TrainingRun.Load([run, MakeRun("b", 5, 0.01)])));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Path.Combine(run.Pictures, "confusion.svg"), Does.Exist);
            Assert.That(alone, Does.Contain("<h2>Pictures</h2>").And.Contain("Who is who"));
            Assert.That(both, Does.Contain("<h3>a</h3>").And.Contain("Who is who").And.Not.Contain("<h3>b</h3>"));
            Assert.That(RunReport.Html([TrainingRun.Load(MakeRun("c", 5, 0.01))]), Does.Not.Contain("Pictures"));
        }
    }

    [Test]
    public void EnvironmentAndSamples_AreReadAsTheyWereWritten()
    {
        using var device = Device.Cpu(1);
        var (environment, sample) = (RunEnvironment.Current(device, "lm", "words"), new Sample(7, "a\n\"b\"", "ü", null));
        environment.Save(_folder.File("environment.json"));
        sample.AppendTo(_folder.File("samples.jsonl"));
        (sample with { Expected = "u" }).AppendTo(_folder.File("samples.jsonl"));
        var whole = File.ReadAllBytes(_folder.File("samples.jsonl"));
        var withinCharacter = Array.IndexOf(whole, (byte)0xC3) + 1; // the first byte of two
        File.WriteAllBytes(_folder.File("samples.jsonl"), [.. whole, .. whole[..withinCharacter]]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(RunEnvironment.Load(_folder.File("environment.json")), Is.EqualTo(environment));
            Assert.That(environment.Cores, Is.EqualTo(Environment.ProcessorCount));
            Assert.That(environment.MemoryBytes, Is.Positive);
            Assert.That(environment.Processor, Is.Not.Empty);
            Assert.That(Sample.Read(_folder.File("samples.jsonl")), Is.EqualTo(new[] { sample, sample with { Expected = "u" } }));
        }
    }

    private RunFolder MakeRun(string name, int steps, double learningRate)
    {
        var run = new RunFolder(_folder.File(name));
        run.Create();
        File.WriteAllText(run.Config, """{"model_type":"char-rnn","inner":{"size":3,"list":[1,2]},"maybe":null}""");
        File.WriteAllText(run.Training, FormattableString.Invariant($$"""{"batch":8,"learning_rate":{{learningRate}}}"""));
        for (var step = 1; step <= steps; step++)
        {
            var (loss, rate) = (100 - step, 1000 + step);
            File.AppendAllText(run.Metrics, $$"""
                {"step":{{step}},"split":"train","loss":{{loss}},"lr":0.01,"grad_norm":2,"tokens_per_second":{{rate}},"memory_bytes":4096}

                """);
        }
        return run;
    }

    private static MetricsLine Validation(int step, double loss, double accuracy) => new()
    {
        Step = step,
        Epoch = 1,
        Split = "validation",
        Loss = loss,
        Metrics = new Dictionary<string, double> { ["accuracy"] = accuracy },
    };

    private TrainingRun Load(string name) => TrainingRun.Load(new RunFolder(_folder.File(name)));

    private static string[] Plots(string html) => [.. Titles().Matches(html).Select(match => match.Groups[1].Value)];

    private static string Figure(string html, string title) =>
        Svgs().Matches(html).Single(svg => svg.Value.Contains($"<title>{title}</title>")).Value;

    [GeneratedRegex("<svg [^>]*><title>([^<]*)</title>")]
    private static partial Regex Titles();

    [GeneratedRegex("<svg .*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svgs();

    [GeneratedRegex("<button type=\"button\" class=\"save\"")]
    private static partial Regex Saves();

    [GeneratedRegex("<tr class=\"differs\"><th>([^<]*)</th>")]
    private static partial Regex Differing();
}
