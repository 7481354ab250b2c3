using System.Text.Json.Nodes;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models.Tests.Training;

/// <summary>What the trainer promises for every recipe.</summary>
public sealed class TrainerTests
{
    private static readonly Table Numbers = Square(60);

    private TemporaryFolder _folder = null!;
    private Device _device = null!;

    [SetUp]
    public void Open() => (_folder, _device) = (new(), Device.Open());

    [TearDown]
    public void Close()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void RecordedSteps_GiveTheBitsOfStepsAsWritten()
    {
        var options = new TrainingOptions { MaxSteps = 40, Batch = 8, LogEvery = 1, Schedule = "cosine,warmup=0.2" };
        var recorded = Train("recorded", options, dropout: 0.2f);
        var written = Train("written", options with { IsRecorded = false }, dropout: 0.2f);
        Assert.Multiple(() =>
        {
            Assert.That(recorded.Replays, Is.GreaterThan(20));
            Assert.That(written.Replays, Is.Zero);
            Assert.That(Logged("recorded", "loss"), Is.EqualTo(Logged("written", "loss")));
            Assert.That(Model("recorded"), Is.EqualTo(Model("written")));
        });
    }

    [Test]
    public void HiddenLayers_ThatAreComputedAgainGiveTheSameBits()
    {
        var options = new TrainingOptions { MaxSteps = 20, Batch = 8, LogEvery = 1 };
        Train("kept", options, dropout: 0.2f);
        Train("again", options, dropout: 0.2f, recomputes: true);
        Assert.That(Model("again"), Is.EqualTo(Model("kept")));
    }

    [Test]
    public void AccumulatedBatches_AreAsOneLargeBatch()
    {
        var options = new TrainingOptions { MaxSteps = 12, Batch = 54, LogEvery = 1, ClipNorm = 0f };
        Train("large", options);
        Train("small", options with { Batch = 9, Accumulate = 6 });
        Assert.That(Logged("small", "loss"), Is.EqualTo(Logged("large", "loss")).Within(2e-5).Percent.Or.EqualTo(Logged("large", "loss")).Within(1e-6));
    }

    [Test]
    public void Schedule_IsWhatTheLogSays()
    {
        Train("run", new() { MaxSteps = 10, Batch = 54, LogEvery = 1, LearningRate = 0.1f, Schedule = "linear,warmup=2" });
        Assert.That(
            Logged("run", "lr"),
            Is.EqualTo(new[] { 0, 0.05, 0.1, 0.0875, 0.075, 0.0625, 0.05, 0.0375, 0.025, 0.0125 }).Within(1e-6));
    }

    [Test]
    public void Patience_EndsATrainingThatGetsNoBetter()
    {
        var result = Train("run", new() { Epochs = 10_000, Batch = 54, LearningRate = 0f, EvaluateEvery = 3, Patience = 2 });
        Assert.That(result.Steps, Is.EqualTo(9), "the first evaluation is the best, two more are not better");
    }

    [Test]
    public void Metric_ChoosesTheBestModel()
    {
        var result = Train("run", new() { Epochs = 30, Batch = 54, EvaluateEvery = 10, Metric = "root_mean_squared_error" });
        Assert.Multiple(() =>
        {
            Assert.That(result.Steps, Is.EqualTo(30));
            Assert.That(
                Assert.Throws<TrainingException>(() => Train("other", new() { MaxSteps = 1, Metric = "beauty" }))!.Message,
                Does.Contain("'beauty'").And.Contain("root_mean_squared_error"));
        });
    }

    [Test]
    public void Averages_AreEvaluatedAndKept_AndTrainingGoesOnWithTheWeights()
    {
        var options = new TrainingOptions { MaxSteps = 20, Batch = 54, LogEvery = 1, EvaluateEvery = 20 };
        Train("plain", options);
        Train("average", options with { AverageDecay = 0.9 });
        Assert.Multiple(() =>
        {
            Assert.That(Logged("average", "loss"), Is.EqualTo(Logged("plain", "loss")), "the weights are trained as ever");
            Assert.That(Model("average"), Is.Not.EqualTo(Model("plain")), "another model is kept");
        });
    }

    [Test]
    public void ResumedTraining_EndsWithTheSameBits([Values(1, 3)] int accumulate)
    {
        var options = new TrainingOptions
        {
            MaxSteps = 25,
            Batch = 8,
            Accumulate = accumulate,
            LogEvery = 1,
            EvaluateEvery = 7,
            AverageDecay = 0.8,
            Schedule = "cosine",
            Optimizer = OptimizerKind.AdamW,
            WeightDecay = 0.1f,
        };
        Train("whole", options, dropout: 0.2f);
        using (var stop = new CancellationTokenSource())
        {
            Train("parts", options, dropout: 0.2f, stopAt: 11, stop: stop);
        }
        File.AppendAllText(Run("parts").Metrics, "{\"step\":12,\"epoch\":1,\"split\":\"train\",\"loss\":9}\n{\"st");
        Train("parts", options, dropout: 0.2f, isResumed: true);
        Train("parts", options, dropout: 0.2f, isResumed: true); // of a training that has ended, which adds nothing
        Assert.Multiple(() =>
        {
            Assert.That(Model("parts"), Is.EqualTo(Model("whole")));
            Assert.That(Logged("parts", "loss"), Is.EqualTo(Logged("whole", "loss")));
            Assert.That(Logged("parts", "step"), Is.EqualTo(Logged("whole", "step")));
            Assert.That(State("parts"), Is.EqualTo(State("whole")));
        });
    }

    [Test]
    public void TrainingThatIsKilledAtOnce_CanBeResumed()
    {
        var options = new TrainingOptions { MaxSteps = 5, Batch = 8 };
        using (var stop = new CancellationTokenSource())
        {
            stop.Cancel();
            Assert.That(Train("run", options, stop: stop).Steps, Is.Zero);
        }
        Assert.That(Train("run", options, isResumed: true).Steps, Is.EqualTo(5));
    }

    [Test]
    public void ValueThatIsNotFinite_NamesTheOperationAndKeepsTheLastModel()
    {
        var failure = Assert.Throws<TrainingException>(
            () => Train("run", new() { MaxSteps = 500, Batch = 54, LogEvery = 1, EvaluateEvery = 1, LearningRate = 1e30f, ClipNorm = 0f }));
        Assert.Multiple(() =>
        {
            Assert.That(failure!.Message, Does.Match("^Step [0-9]+: .*(SquaredError|Linear|Tanh) .*learning rate"));
            Assert.That(failure.Message, Does.Not.Contain("again by itself"));
            Assert.That(Model("run").SelectMany(values => values), Is.All.Matches<float>(float.IsFinite));
            Assert.That(File.Exists(Run("run").Report), "the report shows how it came");
        });
    }

    [Test]
    public void EveryTraining_EndsWithItsReport()
    {
        Train("run", new() { MaxSteps = 12, Batch = 8 });
        Assert.That(File.ReadAllText(Run("run").Report), Does.Contain("<svg").And.Contain("mlp"));
    }

    private TrainingResult Train(
        string name, TrainingOptions options, float dropout = 0f, bool isResumed = false, int? stopAt = null,
        CancellationTokenSource? stop = null, bool recomputes = false)
    {
        var config = MlpTests.Config with { Hidden = [16], Activation = MlpActivation.Tanh, Dropout = dropout, Recomputes = recomputes };
        using var task = new MlpTask(_device, Numbers, config, options.Batch, options.Seed);
        using var trainer = new Trainer(task, options, Run(name));
        if (isResumed)
            trainer.Resume();
        return trainer.Run(
            progress =>
            {
                if (progress.Step == stopAt)
                    stop!.Cancel();
            },
            stop?.Token ?? default);
    }

    private RunFolder Run(string name) => new(_folder.File(name));

    private double[] Logged(string name, string value) =>
    [
        .. File.ReadLines(Run(name).Metrics).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["split"] == "train").Select(line => (double)line[value]!),
    ];

    private float[][] Model(string name) => Tensors(Run(name).Model);

    private float[][] State(string name) => Tensors(Run(name).State);

    private static float[][] Tensors(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return [.. file.Tensors.Keys.Order(StringComparer.Ordinal).Select(file.ReadFloats)];
    }

    private static Table Square(int count)
    {
        var x = Enumerable.Range(0, count).Select(i => 2f * i / count - 1f).ToArray();
        return new(
            ["x"], [.. x.Select(value => new[] { value })], "y",
            [.. x.Select(value => (value * value).ToString(System.Globalization.CultureInfo.InvariantCulture))], "squares");
    }
}
