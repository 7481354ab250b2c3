namespace GpuSeq.Models;

/// <summary>Principal component analysis (Pearson 1901): the directions along which points differ most.</summary>
public static class PrincipalComponents
{
    private const int MostIterations = 300;
    private const double Negligible = 1e-12; // of a spread, as a share of that in all directions
    private const double Converged = 1e-12; // of the squared cosine between two iterations, from 1

    /// <summary>Places points along their first components.</summary>
    /// <param name="points">[N][C], as many numbers for each.</param>
    /// <param name="components">How many components; at most C.</param>
    /// <returns>[N][components], around zero; of a component, the sign is such that its largest weight is positive.</returns>
    public static double[][] Project(IReadOnlyList<double[]> points, int components = 2)
    {
        ArgumentNullException.ThrowIfNull(points);
        var size = points.Count == 0 ? 0 : points[0].Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(components, size);
        var means = Enumerable.Range(0, size).Select(i => points.Average(point => point[i])).ToArray();
        double[][] centered = [.. points.Select(point => point.Select((value, i) => value - means[i]).ToArray())];
        var covariance = Covariance(centered, size);
        var directions = new List<double[]>();
        for (var component = 0; component < components; component++)
            directions.Add(Strongest(covariance, directions));
        return [.. centered.Select(point => directions.Select(direction => Dot(point, direction)).ToArray())];
    }

    // The eigenvector of the largest eigenvalue at right angles to those that were found: power iteration.
    private static double[] Strongest(double[][] covariance, IReadOnlyList<double[]> found)
    {
        var random = new SplitMix64((ulong)found.Count);
        double[] direction = [.. covariance.Select(_ => random.NextUniform() - 0.5)];
        Straighten(direction, found, least: 0);
        var least = Negligible * covariance.Select((row, i) => row[i]).Sum();
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            double[] next = [.. covariance.Select(row => Dot(row, direction))];
            if (!Straighten(next, found, least))
                break; // the points do not differ along any other direction
            var cosine = Dot(next, direction);
            direction = next;
            if (1 - cosine * cosine < Converged)
                break;
        }
        var sign = Math.Sign(direction.MaxBy(Math.Abs));
        return [.. direction.Select(weight => sign * weight)];
    }

    // Makes a direction perpendicular to others and of length 1; false where no more is left of it than some length.
    private static bool Straighten(double[] direction, IReadOnlyList<double[]> found, double least)
    {
        foreach (var other in found)
        {
            var share = Dot(direction, other);
            for (var i = 0; i < direction.Length; i++)
                direction[i] -= share * other[i];
        }
        var length = Math.Sqrt(Dot(direction, direction));
        if (!(length > least))
            return false;
        for (var i = 0; i < direction.Length; i++)
            direction[i] /= length;
        return true;
    }

    private static double[][] Covariance(double[][] centered, int size)
    {
        double[][] covariance = [.. Enumerable.Range(0, size).Select(_ => new double[size])];
        foreach (var point in centered)
        {
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                    covariance[i][j] += point[i] * point[j] / centered.Length;
            }
        }
        return covariance;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
