namespace GpuSeq.Models.Tests.Metrics;

/// <summary>Matthews' correlation, against values computed by hand.</summary>
public sealed class MatthewsTests
{
    [TestCase(new[] { 6, 1, 2, 3 }, 16 / 33.466401061363023, TestName = "Two classes: (6*3 - 1*2) / sqrt(7*5*8*4)")]
    [TestCase(new[] { 4, 0, 0, 4 }, 1, TestName = "All right")]
    [TestCase(new[] { 0, 4, 4, 0 }, -1, TestName = "All wrong")]
    [TestCase(new[] { 0, 3, 0, 5 }, 0, TestName = "One class is always said")]
    [TestCase(new[] { 0, 0, 0, 0 }, 0, TestName = "No examples")]
    [TestCase(new[] { 5, 2, 0, 1, 3, 1, 0, 1, 2 }, 69 / 142.99650345375582, TestName = "Three classes: (10*15 - 81) / sqrt((225 - 83)(225 - 81))")]
    public void Correlation_IsThatOfTheTable(int[] counts, double expected)
    {
        var classes = (int)Math.Sqrt(counts.Length);
        var scores = new ClassificationScores([.. Enumerable.Range(0, classes).Select(number => $"{number}")]);
        foreach (var (place, count) in counts.Index())
        {
            for (var i = 0; i < count; i++)
                scores.Add(place / classes, place % classes);
        }
        Assert.That(Matthews.Correlation(scores), Is.EqualTo(expected).Within(1e-12));
    }
}
