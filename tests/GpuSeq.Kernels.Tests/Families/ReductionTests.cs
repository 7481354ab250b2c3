namespace GpuSeq.Kernels.Tests.Families;

/// <summary>What reductions and the search for the largest say of wrong calls.</summary>
public sealed class ReductionTests
{
    [Test]
    public void SizesThatDoNotFit_AreNamed()
    {
        using var device = new CpuKernels();
        var (x, y) = (device.Floats(24), device.Floats(8));
        var shape = new AxisShape(2, 3, 4);
        Assert.That(
            () => device.Library.Reduction.Sum(x, y.SubView(1), shape),
            Throws.ArgumentException.With.Message.Contains("Sum: the result has 7 elements, but should be [2, 4]"));
        Assert.That(
            () => device.Library.Reduction.Max(x.SubView(1), y, shape),
            Throws.ArgumentException.With.Message.Contains("Max: x has 23 elements, but should be [2, 3, 4]"));
        Assert.That(
            () => device.Library.Reduction.Max(default, y, shape with { Length = 0 }),
            Throws.ArgumentException.With.Message.Contains("an empty axis of [2, 0, 4] has no largest element"));
        Assert.That(
            () => device.Library.Reduction.SelectBackward(y.SubView(1), default, x, shape),
            Throws.ArgumentException.With.Message.Contains("dy has 7 elements, but should be [2, k, 4]"));
        Assert.That(
            () => device.Library.TopK.Forward(x, y, device.Ints(new int[8]), 2, 12, 13),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("rows of 12 elements have no 13 largest"));
        Assert.That(
            () => device.Library.TopK.Forward(x, y, device.Ints(new int[7]), 2, 12, 4),
            Throws.ArgumentException.With.Message.Contains("indices has 7 elements, but values has 8"));
    }

    [Test]
    public void APartThatIsLong_IsCutIntoPieces() => Assert.That(
        Reduction.Pieces([(5, 3), (100, 40_000), (9, 0)]),
        Is.EqualTo([5, 3, 100, 16_384, 16_484, 16_384, 32_868, 7232]));
}
