namespace GpuSeq.Models.Tests.Metrics;

/// <summary>Scores of sets of labels, against values computed by hand.</summary>
public sealed class LabelSetScoresTests
{
    [Test]
    public void Scores_AreThoseOfTheSets()
    {
        var scores = new LabelSetScores(["a", "b", "c"]);
        scores.Add([true, true, false], [true, false, false]);
        scores.Add([false, true, false], [false, true, false]);
        scores.Add([false, false, false], [true, false, false]);
        scores.Add([false, false, false], [false, false, false]);
        Assert.Multiple(() =>
        {
            Assert.That(scores.Examples, Is.EqualTo(4));
            Assert.That(scores.ExactMatch, Is.EqualTo(0.5), "the second and the fourth");
            Assert.That(scores.MicroF1, Is.EqualTo(4 / 6.0).Within(1e-12), "two of three that are right and of three that are said");
            Assert.That(new[] { scores.F1(0), scores.F1(1), scores.F1(2) }, Is.EqualTo(new[] { 2 / 3.0, 2 / 3.0, 0 }).Within(1e-12));
            Assert.That(scores.MacroF1, Is.EqualTo(4 / 9.0).Within(1e-12));
            Assert.That(scores.ToMetrics().Keys, Is.EqualTo(new[] { "micro_f1", "macro_f1", "exact_match" }));
            Assert.That(scores.ByClass()["f1_b"], Is.EqualTo(2 / 3.0).Within(1e-12));
            Assert.That(() => scores.Add([true], [true]), Throws.ArgumentException.With.Message.Contains("3 labels"));
        });
    }

    [Test]
    public void NoExamples_AreNoDivisionByZero() =>
        Assert.That(new LabelSetScores(["a"]).ToMetrics().Values, Is.All.Zero);
}
