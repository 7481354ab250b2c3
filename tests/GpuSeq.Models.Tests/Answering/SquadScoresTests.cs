namespace GpuSeq.Models.Tests.Answering;

/// <summary>Exact match and F1, against values computed by hand from what SQuAD's scripts do.</summary>
public sealed class SquadScoresTests
{
    [TestCase("The  Eiffel-Tower!", "eiffeltower")]
    [TestCase("a cat, an apple & the Sun", "cat apple sun")]
    [TestCase("theatre and banana", "theatre and banana", Description = "articles within words stay")]
    [TestCase("don't", "dont")]
    [TestCase("x\u2013a\u2013y", "x\u2013 \u2013y", Description = "a dash is no punctuation of ASCII, but ends a word")]
    [TestCase("a\u0301", "\u0301", Description = "a mark is no letter to Python")]
    [TestCase("the_end a1 \u00BD\u00A0\u00E9t\u00E9", "theend a1 \u00BD \u00E9t\u00E9")]
    [TestCase("The, a. AN", "")]
    [TestCase("$4.50", "450")]
    public void Normalize_DoesWhatTheScriptsDo(string text, string expected) => Assert.That(SquadText.Normalize(text), Is.EqualTo(expected));

    [TestCase("the cat sat", new[] { "A cat sat down." }, 0, 80.0)] // 2 of 2 and of 3 words
    [TestCase("the cat sat", new[] { "a dog", "Cat sat!" }, 100, 100.0)] // the best reference
    [TestCase("b c c", new[] { "c c c d" }, 0, 57.142857)] // 2 common: 2 * 2 / (3 + 4)
    [TestCase("dog", new[] { "cat" }, 0, 0.0)]
    [TestCase("", new[] { "cat" }, 0, 0.0)]
    [TestCase("The", new[] { "a" }, 100, 0.0)] // version 1.1 counts no common words
    public void Version1_IsTheBestOverReferences(string answer, string[] references, double exact, double f1)
    {
        var scores = new SquadScores(isVersion2: false);
        scores.Add(references, answer, nullDifference: 0);
        var metrics = scores.ToMetrics(threshold: null);
        Assert.Multiple(() =>
        {
            Assert.That(metrics["exact_match"], Is.EqualTo(exact));
            Assert.That(metrics["f1"], Is.EqualTo(f1).Within(1e-5));
            Assert.That(metrics, Has.Count.EqualTo(2));
        });
    }

    [TestCase("", new string[0], 100, 100)]
    [TestCase("cat", new string[0], 0, 0)]
    [TestCase("", new[] { "cat" }, 0, 0)]
    [TestCase("The", new[] { "a" }, 100, 100)] // the reference has no words: the right answer is none, and this is none too
    [TestCase("cat", new[] { "the", "cat" }, 100, 100)]
    [TestCase("", new[] { "the", "cat" }, 0, 0)] // references without words are left out where others have some
    public void Version2_HasAnswersWithoutWords(string answer, string[] references, double exact, double f1)
    {
        var scores = new SquadScores(isVersion2: true);
        scores.Add(references, answer, nullDifference: 0);
        var metrics = scores.ToMetrics(threshold: null);
        Assert.That((metrics["exact_match"], metrics["f1"]), Is.EqualTo((exact, f1)));
    }

    [Test]
    public void Threshold_IsTheBestOne()
    {
        var scores = new SquadScores(isVersion2: true);
        scores.Add(["one"], "one", -3);
        scores.Add([], "wrong", 2);
        scores.Add(["one two"], "two", 1); // F1 2/3
        scores.Add(["one"], "wrong", -1);
        var (all, best) = (scores.ToMetrics(null), scores.ToMetrics(scores.BestThreshold));
        Assert.Multiple(() =>
        {
            Assert.That(all["exact_match"], Is.EqualTo(25));
            Assert.That(all["f1"], Is.EqualTo(100 * (1 + 2 / 3.0) / 4).Within(1e-9));
            Assert.That(all["has_answer_f1"], Is.EqualTo(100 * (1 + 2 / 3.0) / 3).Within(1e-9));
            Assert.That(all["no_answer_f1"], Is.Zero);
            Assert.That(scores.BestThreshold, Is.EqualTo(1));
            Assert.That(best["f1"], Is.EqualTo(100 * (1 + 2 / 3.0 + 1) / 4).Within(1e-9));
            Assert.That(best["best_f1"], Is.EqualTo(best["f1"]).Within(1e-9));
            Assert.That(best["no_answer_exact_match"], Is.EqualTo(100));
            Assert.That((best["best_exact_match"], best["best_exact_match_threshold"]), Is.EqualTo((50.0, -3.0)), "the third is not exact");
        });
    }

    [Test]
    public void Threshold_LiesBelowAllWhereNothingIsRight()
    {
        var scores = new SquadScores(isVersion2: true);
        scores.Add([], "wrong", -3);
        scores.Add(["one"], "wrong", 2);
        Assert.Multiple(() =>
        {
            Assert.That(scores.BestThreshold, Is.EqualTo(-4));
            Assert.That(scores.ToMetrics(-4)["f1"], Is.EqualTo(50));
        });
    }
}
