namespace GpuSeq.Models.Tests;

/// <summary>ROUGE on summaries that can be counted by hand.</summary>
public sealed class RougeTests
{
    [TestCase("police kill the gunman", "police killed the gunman", 75, 100 / 3.0, 75, TestName = "Lin 2004, section 3.1: first sentence")]
    [TestCase("the gunman kill police", "police killed the gunman", 75, 100 / 3.0, 50, TestName = "Lin 2004, section 3.1: second sentence")]
    [TestCase("The cat sat.", "the cat sat", 100, 100, 100, TestName = "case and signs do not count")]
    [TestCase("a a a", "a b", 40, 0, 40, TestName = "a word counts as often as both have it")]
    [TestCase("", "a b", 0, 0, 0, TestName = "nothing")]
    public void Scores_ByHand(string summary, string reference, double one, double two, double longest)
    {
        var rouge = Rouge.Of([summary], [reference]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rouge.One, Is.EqualTo(one).Within(1e-9));
            Assert.That(rouge.Two, Is.EqualTo(two).Within(1e-9));
            Assert.That(rouge.Longest, Is.EqualTo(longest).Within(1e-9));
        }
    }

    [Test]
    public void Scores_AreMeans() => Assert.That(Rouge.Of(["a b", "c"], ["a b", "d"]).One, Is.EqualTo(50));

    [Test]
    public void Numbers_OfSummariesAndReferencesMustBeEqual() =>
        Assert.That(() => Rouge.Of(["a"], []), Throws.ArgumentException.With.Message.Contains("1 summaries and 0 references"));
}
