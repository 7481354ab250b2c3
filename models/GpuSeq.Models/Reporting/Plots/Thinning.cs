namespace GpuSeq.Models.Reporting.Plots;

/// <summary>Leaves out points that nobody could see.</summary>
public static class Thinning
{
    /// <summary>
    /// Keeps, of all points that fall into the same narrow column of the picture, the first, the lowest, the highest and the
    /// last, in their order: the line looks the same and no extreme is lost.
    /// </summary>
    /// <param name="points">From left to right.</param>
    /// <param name="width">The width of a column.</param>
    public static IReadOnlyList<(double X, double Y)> ByColumn(IReadOnlyList<(double X, double Y)> points, double width)
    {
        ArgumentNullException.ThrowIfNull(points);
        var kept = new List<(double X, double Y)>();
        for (var begin = 0; begin < points.Count;)
        {
            var column = Math.Floor(points[begin].X / width);
            var (end, lowest, highest) = (begin, begin, begin);
            for (; end < points.Count && Math.Floor(points[end].X / width) == column; end++)
            {
                if (points[end].Y < points[lowest].Y)
                    lowest = end;
                if (points[end].Y > points[highest].Y)
                    highest = end;
            }
            foreach (var index in new SortedSet<int> { begin, lowest, highest, end - 1 })
                kept.Add(points[index]);
            begin = end;
        }
        return kept;
    }
}
