using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Perceptrons, from a table to a prediction.</summary>
public sealed class MlpTests
{
    internal static MlpConfig Config { get; } = new()
    {
        Features = [],
        Means = [],
        Deviations = [],
        Target = "",
        Classes = [],
        Loss = MlpLoss.SquaredError,
    };

    [Test]
    public void ExclusiveOr_IsSolvedFromEverySeed([Range(1, 10)] int seed)
    {
        var (result, _) = Train(Table.Xor, Config, new() { Epochs = 2000, LearningRate = 0.05f, ClipNorm = 0f, Seed = (ulong)seed });
        Assert.Multiple(() =>
        {
            Assert.That(result.Evaluation!.Metrics["accuracy"], Is.EqualTo(1));
            Assert.That(result.Evaluation.Loss, Is.LessThan(0.01));
            Assert.That(result.Replays, Is.GreaterThan(1900), "through the recorded path");
        });
    }

    [Test]
    public void Classes_AreLearnedFromATable([Values(MlpLoss.CrossEntropy, MlpLoss.SquaredError)] MlpLoss loss)
    {
        using var folder = new TemporaryFolder();
        var rows = Enumerable.Range(0, 300).Select(i => (X: i * 37 % 100, Y: i * 59 % 90)).Select(
            p => FormattableString.Invariant($"{p.X},{p.Y * 10},{(p.X > 60 ? "right" : p.Y > 45 ? "\"up, left\"" : "down")}"));
        var path = folder.Write("points.csv", $"x,y,where\n{string.Join('\n', rows)}\n");
        var (result, config) = Train(
            Table.Read(path, null), Config with { Hidden = [16, 8], Activation = MlpActivation.Tanh, Loss = loss },
            new() { Epochs = 60, LearningRate = 0.02f });
        Assert.Multiple(() =>
        {
            Assert.That(config.Classes, Is.EqualTo(new[] { "down", "right", "up, left" }));
            Assert.That(result.Evaluation!.Examples, Is.EqualTo(30), "the rows that were held back");
            Assert.That(result.Evaluation.Metrics["accuracy"], Is.GreaterThan(0.85));
        });
    }

    [Test]
    public void ShuffledLabels_AreNotLearned()
    {
        var points = Enumerable.Range(0, 2000).Select(i => new[] { i * 37 % 100f, i * 59 % 90f }).ToArray();
        string[] labels = [.. points.Select(point => point[0] > 49 ? "right" : "left")];
        Assert.That(Accuracy(labels), Is.GreaterThan(0.95), "that labels are learned which fit");
        new SplitMix64(9).Shuffle(labels.AsSpan());
        Assert.That(Accuracy(labels), Is.LessThan(0.65), "chance is 0.5");

        double Accuracy(string[] values) => Train(
            new(["x", "y"], points, "side", values, "points"), Config with { Hidden = [16], Loss = MlpLoss.CrossEntropy },
            new() { Epochs = 10, LearningRate = 0.01f }).Result.Evaluation!.Metrics["accuracy"];
    }

    [Test]
    public void Numbers_AreLearnedFromATable()
    {
        using var folder = new TemporaryFolder();
        var rows = Enumerable.Range(0, 200).Select(i => FormattableString.Invariant($"{3 + 2 * (i % 50) - i % 7},{i % 50},{i % 7}"));
        var path = folder.Write("plane.csv", $"z,x,y\n{string.Join('\n', rows)}\n");
        var (result, config) = Train(
            Table.Read(path, "z"), Config with { Hidden = [16], Activation = MlpActivation.Tanh }, new() { Epochs = 200, LearningRate = 0.02f });
        Assert.Multiple(() =>
        {
            Assert.That(config.Loss, Is.EqualTo(MlpLoss.Regression));
            Assert.That(config.Features, Is.EqualTo(new[] { "x", "y" }));
            Assert.That(result.Evaluation!.Metrics["root_mean_squared_error"], Is.LessThan(4), "the numbers spread by 29");
        });
    }

    [TestCase("", "line 1")]
    [TestCase("a,b\n", "no rows")]
    [TestCase("a,b\n1,2\nx,3\n", "line 3, column 'a': 'x' is not a number")]
    [TestCase("a,b\n1,2\n3\n", "line 3 has 1 cells")]
    [TestCase("a,b\n1,yes\n2,yes\n", "'yes' only")]
    public void Tables_ThatCannotBeLearnedSayWhere(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var path = folder.Write("table.csv", text);
        var failure = Assert.Throws<DataException>(() => new MlpTask(device, Table.Read(path, null), Config, 4, 1).Dispose());
        Assert.That(failure!.Message, Does.Contain("table.csv").And.Contain(reason));
    }

    [Test]
    public void Column_ThatIsNotThereIsNamedWithThoseThatAre()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("table.csv", "a,b\n1,2\n");
        Assert.That(() => Table.Read(path, "c"), Throws.TypeOf<DataException>().With.Message.Contains("'c'; there is: a, b"));
    }

    private static (TrainingResult Result, MlpConfig Config) Train(Table table, MlpConfig config, TrainingOptions options)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = new MlpTask(device, table, config, options.Batch, options.Seed);
        using var trainer = new Trainer(task, options, new RunFolder(folder.Path));
        var result = trainer.Run();
        return (result, MlpConfig.Load(folder.File("config.json")));
    }
}
