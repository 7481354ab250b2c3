namespace GpuSeq.Models.Tests;

/// <summary>Spans and their scores, by hand, where conlleval has its corners.</summary>
public sealed class SpanScoresTests
{
    [TestCase("O O", "")]
    [TestCase("B-P I-P O", "0-2P")]
    [TestCase("I-P I-P O", "0-2P", Description = "an I without a B begins a span")]
    [TestCase("O I-P", "1-2P")]
    [TestCase("B-P B-P", "0-1P 1-2P", Description = "adjacent spans of one type")]
    [TestCase("B-P I-L I-L", "0-1P 1-3L", Description = "the type changes inside")]
    [TestCase("I-P I-L B-L", "0-1P 1-2L 2-3L")]
    [TestCase("I-P B-P I-P", "0-1P 1-3P", Description = "IOB1: B parts two spans of one type")]
    [TestCase("B-P I-P E-P S-P I-P", "0-3P 3-4P 4-5P", Description = "BIOES")]
    [TestCase("E-P E-P", "0-1P 1-2P", Description = "an E behind an E begins a span")]
    [TestCase("U-P B-P L-P O", "0-1P 1-3P", Description = "BILOU")]
    [TestCase("B-creative-work I-creative-work", "0-2creative-work")]
    public void Spans_AreThoseOfConlleval(string tags, string spans)
    {
        Assert.That(
            string.Join(' ', TagSpan.Of(tags.Split(' ')).Select(span => $"{span.Begin}-{span.End}{span.Type}")), Is.EqualTo(spans));
    }

    [TestCase("P")]
    [TestCase("B-")]
    [TestCase("X-PER")]
    [TestCase("")]
    public void Tag_ThatIsNoneIsNamed(string tag) =>
        Assert.That(() => TagSpan.Of(["O", tag]), Throws.TypeOf<FormatException>().With.Message.Contains($"'{tag}'"));

    [TestCase(null, "I-P", ExpectedResult = false)]
    [TestCase(null, "B-P", ExpectedResult = true)]
    [TestCase("O", "I-P", ExpectedResult = false)]
    [TestCase("B-P", "I-P", ExpectedResult = true)]
    [TestCase("I-P", "I-P", ExpectedResult = true)]
    [TestCase("B-L", "I-P", ExpectedResult = false)]
    [TestCase("I-L", "B-P", ExpectedResult = true)]
    [TestCase("I-L", "O", ExpectedResult = true)]
    public bool Bio_SaysWhatMayFollow(string? previous, string tag) => TagSpan.MayFollow(previous, tag);

    // Three spans are expected; said are four, of which one is right in its borders and its type.
    [Test]
    public void Scores_AreThoseOfConlleval()
    {
        var scores = new SpanScores();
        scores.Add(Tags("B-P I-P O B-L O"), Tags("B-P I-P O B-P O")); // one right; the other is of another type
        scores.Add(Tags("O B-P I-P"), Tags("I-L I-P O")); // a type that changes inside makes two spans, neither is right
        Assert.Multiple(() =>
        {
            Assert.That(scores.Tokens, Is.EqualTo(8));
            Assert.That(scores.Sentences, Is.EqualTo(2));
            Assert.That(scores.Precision, Is.EqualTo(1 / 4.0));
            Assert.That(scores.Recall, Is.EqualTo(1 / 3.0));
            Assert.That(scores.F1, Is.EqualTo(2 / 7.0).Within(1e-12));
            Assert.That(scores.Accuracy, Is.EqualTo(4 / 8.0));
            Assert.That(scores.Types, Is.EqualTo(new[] { "L", "P" }));
            Assert.That(scores.PrecisionOf("P"), Is.EqualTo(1 / 3.0));
            Assert.That(scores.RecallOf("P"), Is.EqualTo(1 / 2.0));
            Assert.That(scores.F1Of("P"), Is.EqualTo(2 / 5.0).Within(1e-12));
            Assert.That(scores.F1Of("L"), Is.Zero);
            Assert.That(scores.Support("L"), Is.EqualTo(1));
            Assert.That(scores.ToMetrics().Keys, Is.EqualTo(new[] { "f1", "precision", "recall", "accuracy" }));
            Assert.That(scores.ByClass().Keys, Is.EqualTo(new[] { "precision_L", "recall_L", "f1_L", "precision_P", "recall_P", "f1_P" }));
        });
    }

    [TestCase("B-P I-P", "I-P I-P", 1.0, Description = "I for B marks the same span")]
    [TestCase("B-P B-P", "B-P I-P", 0.0, Description = "one long span for two short ones")]
    [TestCase("B-P I-P", "B-P B-P", 0.0)]
    [TestCase("B-P I-P I-P", "B-P I-P O", 0.0, Description = "too short")]
    [TestCase("O O", "O O", 0.0, Description = "nothing to find, nothing said")]
    public void F1_CountsWholeSpans(string expected, string said, double f1)
    {
        var scores = new SpanScores();
        scores.Add(Tags(expected), Tags(said));
        Assert.That(scores.F1, Is.EqualTo(f1));
    }

    private static string[] Tags(string tags) => tags.Split(' ');
}
