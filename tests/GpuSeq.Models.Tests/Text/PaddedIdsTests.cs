using GpuSeq.Engine;

namespace GpuSeq.Models.Tests.Text;

/// <summary>Sequences of different lengths side by side.</summary>
public sealed class PaddedIdsTests
{
    [TestCase(0, 8)]
    [TestCase(1, 8)]
    [TestCase(8, 8)]
    [TestCase(9, 16)]
    [TestCase(100, 104)]
    public void Width_IsTheNextMultiple(int longest, int width) => Assert.That(PaddedIds.Width(longest), Is.EqualTo(width));

    [Test]
    public void Rows_AreFilledUpEveryTime()
    {
        var (ids, lengths) = (new HostTensor(ElementType.Int32), new HostTensor(ElementType.Int32));
        PaddedIds.Write([[9, 9, 9, 9, 9, 9, 9, 9, 9]], ids);
        Assert.That(ids.Shape, Is.EqualTo(new Shape(1, 16)));
        int[][] sequences = [[5, 6, 7], [], [8]];
        PaddedIds.Write(sequences, ids, padding: -1, width: 4);
        PaddedIds.WriteLengths(sequences, lengths);
        Assert.Multiple(() =>
        {
            Assert.That(ids.Shape, Is.EqualTo(new Shape(3, 4)));
            Assert.That(ids.Ints.ToArray(), Is.EqualTo(new[] { 5, 6, 7, -1, -1, -1, -1, -1, 8, -1, -1, -1 }));
            Assert.That(lengths.Shape, Is.EqualTo(new Shape(3)));
            Assert.That(lengths.Ints.ToArray(), Is.EqualTo(new[] { 3, 0, 1 }));
        });
    }
}
