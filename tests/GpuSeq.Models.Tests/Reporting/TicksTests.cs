using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Tests.Reporting;

public sealed class TicksTests
{
    [TestCase(0, 1, 5, "0 0.2 0.4 0.6 0.8 1.0")]
    [TestCase(0, 43210, 5, "0 10k 20k 30k 40k")]
    [TestCase(-2.1e6, 2.1e6, 5, "-2M -1M 0 1M 2M")]
    [TestCase(0, 6e-4, 4, "0 2e-4 4e-4 6e-4")]
    [TestCase(2.37, 2.41, 4, "2.37 2.38 2.39 2.40 2.41")]
    public void Linear_AreRoundAndWrittenAlike(double low, double high, int most, string expected) =>
        Assert.That(Texts(new Axis("x"), low, high, most), Is.EqualTo(expected));

    [Test]
    public void Whole_HaveNoFractions() =>
        Assert.That(Texts(new Axis("step") { Numbers = AxisNumbers.Whole }, 0, 2.1, 8), Is.EqualTo("0 1 2"));

    [Test]
    public void Bytes_ArePowersOfTwo() => Assert.That(
        Texts(new Axis("memory") { Numbers = AxisNumbers.Bytes }, 0, 1.3 * 1024 * 1024 * 1024, 5), Is.EqualTo("0 0.5 GiB 1 GiB"));

    [TestCase(0.5, 200, 5, "1 10 100")]
    [TestCase(0.9, 12, 8, "1 2 5 10")]
    [TestCase(3, 4, 5, "3.0 3.2 3.4 3.6 3.8 4.0")]
    public void Logarithmic_ArePowersOfTen(double low, double high, int most, string expected) =>
        Assert.That(Texts(new Axis("y") { IsLogarithmic = true }, low, high, most), Is.EqualTo(expected));

    [Test]
    public void Categories_AreThinnedWhereThereIsNoRoom()
    {
        var axis = new Axis("token") { Categories = ["a", "b", "c", "d", "e"] };
        Assert.That(Texts(axis, -0.5, 4.5, 3), Is.EqualTo("a c e"));
    }

    [TestCase(0, 0)]
    [TestCase(3, 3)]
    [TestCase(-1e-7, -1e-7)]
    [TestCase(1e300, 1e300)]
    public void Constant_HasTicksAroundIt(double low, double high)
    {
        var axis = new Axis("y");
        var domain = axis.Domain([low, high]);
        var ticks = Ticks.For(axis, domain.Low, domain.High, 5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ticks, Has.Count.InRange(2, 6));
            Assert.That(ticks[0].Value, Is.LessThanOrEqualTo(low));
            Assert.That(ticks[^1].Value, Is.GreaterThanOrEqualTo(high));
        }
    }

    [Test]
    public void Count_IsAboutWhatWasAskedFor()
    {
        var random = new Random(1);
        for (var trial = 0; trial < 2000; trial++)
        {
            var low = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-8, 9));
            var high = low + Math.Pow(10, random.Next(-3, 9)) * (0.1 + random.NextDouble());
            var ticks = Ticks.For(new Axis("x"), low, high, 6);
            Assert.That(ticks, Has.Count.InRange(2, 7), $"{low} to {high}");
            Assert.That(ticks.Select(tick => tick.Text), Is.Unique, $"{low} to {high}");
        }
    }

    private static string Texts(Axis axis, double low, double high, int most) =>
        string.Join(' ', Ticks.For(axis, low, high, most).Select(tick => tick.Text));
}
