namespace GpuSeq.Models;

/// <summary>Pearson's correlation (Pearson 1895): how well two measures lie on a line.</summary>
public static class Pearson
{
    /// <summary>
    /// The correlation, from -1 to 1. Not a number where one of the measures is the same for all, or there are fewer than two.
    /// </summary>
    /// <exception cref="ArgumentException">There is not one x for each y.</exception>
    public static double Correlation(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count)
            throw new ArgumentException($"There are {x.Count} values of one measure and {y.Count} of the other.", nameof(y));
        var (meanX, meanY) = (x.DefaultIfEmpty().Average(), y.DefaultIfEmpty().Average());
        var (xy, xx, yy) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Count; i++)
        {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.Sqrt(xx * yy);
    }
}
