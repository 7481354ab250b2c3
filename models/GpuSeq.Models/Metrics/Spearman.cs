namespace GpuSeq.Models;

/// <summary>Spearman's rank correlation (Spearman 1904): how well two measures agree on an order.</summary>
public static class Spearman
{
    /// <summary>
    /// The correlation, from -1 to 1: Pearson's of the ranks, where equal values share the mean of their ranks. Not a number
    /// where one of the measures is the same for all, or there are fewer than two.
    /// </summary>
    /// <exception cref="ArgumentException">There is not one x for each y.</exception>
    public static double Correlation(IReadOnlyList<double> x, IReadOnlyList<double> y) => Pearson.Correlation(Ranks(x), Ranks(y));

    /// <summary>The rank of each value from 1; equal values share the mean of their ranks.</summary>
    public static double[] Ranks(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Count];
        for (int begin = 0, end; begin < order.Length; begin = end)
        {
            for (end = begin + 1; end < order.Length && values[order[end]].Equals(values[order[begin]]);)
                end++;
            foreach (var i in order[begin..end])
                ranks[i] = (begin + 1 + end) / 2.0;
        }
        return ranks;
    }
}
