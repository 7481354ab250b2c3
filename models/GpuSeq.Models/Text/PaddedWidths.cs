namespace GpuSeq.Models;

/// <summary>Chooses a few widths for sequences of many lengths, so that little is padding.</summary>
internal static class PaddedWidths
{
    /// <summary>
    /// The widths for which the least is padding where every sequence takes the first one that it fits in. Found by dynamic
    /// programming over the lengths that occur, as the best histogram is (Jagadish et al. 1998).
    /// </summary>
    /// <param name="lengths">At least one.</param>
    /// <param name="most">How many widths there may be.</param>
    /// <returns>In ascending order; the last one is the greatest length.</returns>
    public static int[] Choose(IEnumerable<int> lengths, int most)
    {
        var counts = lengths.CountBy(length => length).OrderBy(entry => entry.Key).ToArray();
        var before = new long[counts.Length + 1]; // sequences of smaller lengths
        for (var i = 0; i < counts.Length; i++)
            before[i + 1] = before[i] + counts[i].Value;
        most = Math.Min(most, counts.Length);
        var (least, cut) = (new long[most + 1, counts.Length + 1], new int[most + 1, counts.Length + 1]);
        for (var end = 1; end <= counts.Length; end++)
            least[0, end] = long.MaxValue / 2;
        for (var width = 1; width <= most; width++)
        {
            for (var end = width; end <= counts.Length; end++)
                (least[width, end], cut[width, end]) = Best(width, end);
        }
        var widths = new int[most];
        for (int width = most, end = counts.Length; width > 0; end = cut[width--, end])
            widths[width - 1] = counts[end - 1].Key;
        return widths;

        // Where the last of some widths begins, that reaches to the lengths before an end.
        (long Places, int Begin) Best(int width, int end) => Enumerable.Range(width - 1, end - width + 1)
            .Select(begin => (least[width - 1, begin] + (before[end] - before[begin]) * counts[end - 1].Key, begin)).Min();
    }
}
