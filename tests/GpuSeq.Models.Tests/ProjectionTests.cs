namespace GpuSeq.Models.Tests;

/// <summary>Maps of points of many dimensions.</summary>
public sealed class ProjectionTests
{
    [Test]
    public void PrincipalComponents_AreTheDirectionsOfTheGreatestSpread()
    {
        // A plane in five dimensions: wide along (3, 4, 0, 0, 0) / 5, less wide along (0, 0, 0, 1, 0).
        var points = Enumerable.Range(0, 60).Select(i => (Wide: i - 29.5, Narrow: i * 7 % 13 - 6.0))
            .Select(p => new[] { 10 + 0.6 * p.Wide, 0.8 * p.Wide, 2, p.Narrow, -1 }).ToArray();
        var places = PrincipalComponents.Project(points);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(places.Select(place => place[0]), Is.EqualTo(Enumerable.Range(0, 60).Select(i => i - 29.5)).Within(0.2));
            Assert.That(Math.Abs(Correlation(places, 1, [.. points.Select(point => point[3])])), Is.GreaterThan(0.99));
        }
    }

    [Test]
    public void PrincipalComponents_OfOneDirectionLeaveTheSecondAtZero()
    {
        var places = PrincipalComponents.Project([[1, 1], [2, 2], [4, 4]]);
        Assert.That(places.Select(place => place[1]), Is.All.EqualTo(0).Within(1e-9));
    }

    [Test]
    public void Tsne_SeparatesClusters()
    {
        var random = new SplitMix64(5);
        var points = new double[60][];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new double[20];
            for (var axis = 0; axis < 20; axis++)
                points[i][axis] = random.NextUniform() + (axis == i % 3 ? 3 : 0); // three clusters
        }
        var tsne = new Tsne { Perplexity = 10, Iterations = 300 };
        var places = tsne.Project(points);
        var neighbors = places.Select((place, i) => Enumerable.Range(0, 60).Where(j => j != i).MinBy(j => Distance(place, places[j]))).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(neighbors.Select((j, i) => j % 3 == i % 3), Is.All.True, "the nearest point is of the same cluster");
            Assert.That(MeanDistance(places, isSame: true) * 2, Is.LessThan(MeanDistance(places, isSame: false)));
            Assert.That(tsne.Project(points), Is.EqualTo(places), "the same seed");
            Assert.That((tsne with { Seed = 2 }).Project(points), Is.Not.EqualTo(places), "another seed");
        }
    }

    private static double MeanDistance(double[][] places, bool isSame) =>
        (from i in Enumerable.Range(0, places.Length)
         from j in Enumerable.Range(0, i)
         where i % 3 == j % 3 == isSame
         select Distance(places[i], places[j])).Average();

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    private static double Correlation(double[][] places, int axis, double[] values)
    {
        var (mean, other) = (places.Average(place => place[axis]), values.Average());
        var both = places.Zip(values, (place, value) => (place[axis] - mean) * (value - other)).Sum();
        return both / Math.Sqrt(places.Sum(place => Math.Pow(place[axis] - mean, 2)) * values.Sum(value => Math.Pow(value - other, 2)));
    }
}
