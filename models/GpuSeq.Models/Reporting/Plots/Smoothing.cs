namespace GpuSeq.Models.Reporting.Plots;

/// <summary>The trend of a noisy curve.</summary>
public static class Smoothing
{
    private const int LeastPoints = 40;
    private const double WindowShare = 0.04;
    private const double NoisyWays = 6;

    /// <summary>
    /// Whether a curve goes up and down so much that its trend is hard to see: its way is many times the distance between its
    /// lowest and its highest value.
    /// </summary>
    public static bool IsNoisy(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length < LeastPoints)
            return false;
        var way = finite.Zip(finite.Skip(1), (value, next) => Math.Abs(next - value)).Sum();
        return way > NoisyWays * (finite.Max() - finite.Min());
    }

    /// <summary>How many points one value of <see cref="Smooth"/> is the mean of.</summary>
    public static int Window(int points) => 2 * Math.Max(1, (int)(points * WindowShare / 2)) + 1;

    /// <summary>
    /// The mean of each value and of as many before it as behind it, fewer at the ends, so that steep ones stay steep.
    /// Values that are not finite stay, and count for nothing elsewhere.
    /// </summary>
    /// <param name="values">The curve.</param>
    /// <param name="isLogarithmic">Whether it is the geometric mean, as for a curve on a logarithmic axis; values must be positive.</param>
    public static double[] Smooth(IReadOnlyList<double> values, bool isLogarithmic = false)
    {
        ArgumentNullException.ThrowIfNull(values);
        var reach = Window(values.Count) / 2;
        var (sums, counts) = (new double[values.Count + 1], new int[values.Count + 1]); // of all values before
        for (var i = 0; i < values.Count; i++)
        {
            var value = isLogarithmic ? Math.Log(values[i]) : values[i];
            var isFinite = double.IsFinite(value);
            sums[i + 1] = sums[i] + (isFinite ? value : 0);
            counts[i + 1] = counts[i] + (isFinite ? 1 : 0);
        }
        var smooth = new double[values.Count];
        for (var i = 0; i < smooth.Length; i++)
        {
            var around = Math.Clamp(Math.Min(i, smooth.Length - 1 - i), (reach + 3) / 4, reach);
            var (begin, end) = (Math.Max(0, i - around), Math.Min(smooth.Length, i + around + 1));
            var mean = (sums[end] - sums[begin]) / (counts[end] - counts[begin]);
            smooth[i] = !double.IsFinite(values[i]) ? values[i] : isLogarithmic ? Math.Exp(mean) : mean;
        }
        return smooth;
    }
}
