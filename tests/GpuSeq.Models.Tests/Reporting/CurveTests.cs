using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Tests.Reporting;

public sealed class CurveTests
{
    [Test]
    public void Thinning_KeepsExtremesEndsAndOrder()
    {
        var random = new Random(3);
        var points = Enumerable.Range(0, 20_000).Select(i => (X: i * 0.02, Y: random.NextDouble())).ToArray();
        points[7_777].Y = 9;
        points[12_345].Y = -9;
        var thin = Thinning.ByColumn(points, 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(thin, Has.Count.LessThanOrEqualTo(4 * 401));
            Assert.That(thin, Does.Contain(points[7_777]).And.Contain(points[12_345]));
            Assert.That(thin[0], Is.EqualTo(points[0]));
            Assert.That(thin[^1], Is.EqualTo(points[^1]));
            Assert.That(thin.Select(point => point.X), Is.Ordered);
        }
    }

    [Test]
    public void Thinning_LeavesShortCurvesAsTheyAre()
    {
        (double, double)[] points = [(0, 1), (5, 2), (10, 0)];
        Assert.That(Thinning.ByColumn(points, 1), Is.EqualTo(points));
    }

    [Test]
    public void Smooth_IsTheMeanAround()
    {
        var values = Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? 1.0 : 3.0).ToArray();
        var smooth = Smoothing.Smooth(values);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(smooth, Has.Length.EqualTo(values.Length));
            Assert.That(smooth, Has.All.InRange(1.85, 2.15));
            Assert.That(Smoothing.Smooth(values, isLogarithmic: true)[500], Is.EqualTo(Math.Sqrt(3)).Within(0.03));
        }
    }

    [Test]
    public void Smooth_KeepsGapsAndCountsThemForNothing()
    {
        var values = Enumerable.Repeat(2.0, 100).ToArray();
        (values[40], values[60]) = (double.NaN, double.PositiveInfinity);
        var smooth = Smoothing.Smooth(values);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(smooth[40], Is.NaN);
            Assert.That(smooth[60], Is.EqualTo(double.PositiveInfinity));
            Assert.That(smooth.Where(double.IsFinite), Has.Exactly(98).Items.And.All.EqualTo(2).Within(1e-12));
        }
    }

    [Test]
    public void Noise_IsToldFromATrend()
    {
        var random = new Random(5);
        var trend = Enumerable.Range(0, 200).Select(i => Math.Exp(-i / 40.0)).ToArray();
        var noise = trend.Select(value => value + random.NextDouble()).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Smoothing.IsNoisy(trend), Is.False);
            Assert.That(Smoothing.IsNoisy(noise), Is.True);
            Assert.That(Smoothing.IsNoisy(noise[..10]), Is.False, "a few points are no trend");
        }
    }
}
