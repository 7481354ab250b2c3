namespace GpuSeq.Models.Tests.Metrics;

/// <summary>Scores of classification, against values computed by hand.</summary>
public sealed class ClassificationScoresTests
{
    // Right class by row, said class by column: 5 2 0 / 1 3 1 / 0 0 0; nothing is a bird, one is taken for it.
    private static readonly (int Expected, int Said, int Times)[] Counts = [(0, 0, 5), (0, 1, 2), (1, 0, 1), (1, 1, 3), (1, 2, 1)];

    [Test]
    public void Scores_AreThoseOfTheTable()
    {
        var scores = Scores();
        Assert.Multiple(() =>
        {
            Assert.That(scores.Examples, Is.EqualTo(12));
            Assert.That(scores[1, 0], Is.EqualTo(1));
            Assert.That(scores.Accuracy, Is.EqualTo(8 / 12.0).Within(1e-12));
            Assert.That(new[] { scores.Support(0), scores.Support(1), scores.Support(2) }, Is.EqualTo(new[] { 7, 5, 0 }));
            Assert.That(scores.Precision(0), Is.EqualTo(5 / 6.0).Within(1e-12));
            Assert.That(scores.Recall(0), Is.EqualTo(5 / 7.0).Within(1e-12));
            Assert.That(scores.F1(0), Is.EqualTo(10 / 13.0).Within(1e-12), "2 * 5 / (7 + 6)");
            Assert.That(scores.Precision(1), Is.EqualTo(3 / 5.0).Within(1e-12));
            Assert.That(scores.F1(1), Is.EqualTo(6 / 10.0).Within(1e-12));
            Assert.That(new[] { scores.Precision(2), scores.Recall(2), scores.F1(2) }, Is.All.Zero, "never right");
            Assert.That(scores.MacroF1, Is.EqualTo((10 / 13.0 + 0.6 + 0) / 3).Within(1e-12));
        });
    }

    [Test]
    public void Shares_AddUpInRowsWithExamples() => Assert.That(Scores().Shares, Is.EqualTo(new[,]
    {
        { 5 / 7.0, 2 / 7.0, 0 },
        { 1 / 5.0, 3 / 5.0, 1 / 5.0 },
        { 0, 0, 0 },
    }));

    [Test]
    public void Metrics_HaveNames()
    {
        var (all, metrics) = (Scores().ToMetrics(), Scores().ByClass());
        Assert.Multiple(() =>
        {
            Assert.That(all.Keys, Is.EqualTo(new[] { "accuracy", "macro_f1" }));
            Assert.That(metrics.Keys, Is.EqualTo(new[]
            {
                "precision_cat", "recall_cat", "f1_cat", "precision_dog", "recall_dog", "f1_dog", "precision_bird", "recall_bird", "f1_bird",
            }));
            Assert.That(metrics["recall_dog"], Is.EqualTo(0.6).Within(1e-12));
            Assert.That(metrics["f1_cat"], Is.EqualTo(10 / 13.0).Within(1e-12));
        });
    }

    [Test]
    public void NoExamples_AreNoDivisionByZero()
    {
        var none = new ClassificationScores(["a", "b"]);
        Assert.That(none.ToMetrics().Values.Concat(none.ByClass().Values), Is.All.Zero.And.Exactly(8).Items);
    }

    private static ClassificationScores Scores()
    {
        var scores = new ClassificationScores(["cat", "dog", "bird"]);
        foreach (var (expected, said, times) in Counts)
        {
            for (var i = 0; i < times; i++)
                scores.Add(expected, said);
        }
        return scores;
    }
}
