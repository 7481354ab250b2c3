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
    /// The mean of each value and of as many before it as behind it, fewer at the ends. Values that are not finite stay, and
    /// count for nothing elsewhere.
    /// </summary>
    public static double[] Smooth(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var reach = Window(values.Count) / 2;
        var smooth = new double[values.Count];
        for (var i = 0; i < smooth.Length; i++)
        {
            var around = Math.Min(reach, Math.Min(i, smooth.Length - 1 - i));
            var (sum, count) = (0.0, 0);
            for (var j = i - around; j <= i + around; j++)
            {
                if (double.IsFinite(values[j]))
                    (sum, count) = (sum + values[j], count + 1);
            }
            smooth[i] = double.IsFinite(values[i]) ? sum / count : values[i];
        }
        return smooth;
    }
}
