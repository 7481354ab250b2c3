namespace GpuSeq.Models.Tests.Answering;

/// <summary>The search for the best span.</summary>
public sealed class AnswerSpansTests
{
    // [CLS] q [SEP] and four pieces of the context "ab cd ef gh", [SEP]
    private static readonly (int Start, int End)[] Offsets = [(0, 0), (0, 1), (0, 0), (0, 2), (3, 5), (6, 8), (9, 11), (0, 0)];

    private static readonly EncodedText Window = new()
    {
        Ids = new int[8],
        Types = [0, 0, 0, 1, 1, 1, 1, 1],
        Parts = [-1, 0, -1, 1, 1, 1, 1, -1],
        Words = [-1, 0, -1, 0, 1, 2, 3, -1],
        Offsets = Offsets,
    };

    [Test]
    public void Spans_StayInTheContextAndInOrder()
    {
        var spans = Search(most: 20, maxLength: 30, [9, 9, 9, 1, 2, 0, 5, 9], [9, 9, 9, 4, 0, 3, 1, 9]);
        Assert.Multiple(() =>
        {
            Assert.That(spans.Best, Has.Count.EqualTo(10), "all pairs of four pieces");
            Assert.That(spans.Best[0], Is.EqualTo(new AnswerSpan(9, 11, 6)), "5 + 1; 5 + 4 would go backwards");
            Assert.That(spans.Best[1], Is.EqualTo(new AnswerSpan(0, 2, 5)));
            Assert.That(spans.Best.Select(span => span.Score), Is.Ordered.Descending);
            Assert.That(spans.NullScore, Is.EqualTo(18));
        });
    }

    [Test]
    public void Length_IsLimitedInPieces() => Assert.That(
        Search(most: 20, maxLength: 2, [0, 0, 0, 9, 0, 0, 0, 0], [0, 0, 0, 0, 0, 9, 9, 0]).Best.Select(span => (span.Start, span.End)),
        Has.None.EqualTo((0, 8)).And.None.EqualTo((0, 11)).And.Some.EqualTo((0, 5)).And.Exactly(7).Items);

    [Test]
    public void BestOnes_AreThoseOfAFullSearch([Values(1, 3, 7)] int most)
    {
        var random = new SplitMix64((ulong)most);
        float[] starts = [.. Offsets.Select(_ => (float)random.NextUniform())];
        float[] ends = [.. Offsets.Select(_ => (float)random.NextUniform())];
        var all = Search(100, 30, starts, ends).Best;
        Assert.That(Search(most, 30, starts, ends).Best, Is.EqualTo(all.Take(most)));
    }

    [Test]
    public void Windows_ShareTheirSpansAndTheLeastNullScore()
    {
        var spans = new AnswerSpans(20, 30);
        Add(spans, [3, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0]);
        Add(spans, [1, 0, 0, 4, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0]);
        Assert.Multiple(() =>
        {
            Assert.That(spans.Best, Has.Count.EqualTo(10));
            Assert.That(spans.Best[0], Is.EqualTo(new AnswerSpan(0, 2, 5)));
            Assert.That(spans.NullScore, Is.EqualTo(1));
        });
    }

    private static AnswerSpans Search(int most, int maxLength, float[] starts, float[] ends)
    {
        var spans = new AnswerSpans(most, maxLength);
        Add(spans, starts, ends);
        return spans;
    }

    private static void Add(AnswerSpans spans, float[] starts, float[] ends) => spans.Add(new(0, Window), starts, ends);
}
