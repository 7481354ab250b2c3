namespace GpuSeq.Kernels.Recording;

/// <summary>
/// Puts the allocations of a step into one piece of memory: those that are never used at the same time may share a place. The
/// largest come first, each into the smallest gap that it fits (greedy by size, Pisarchyk and Lee 2020, section 5.2).
/// </summary>
internal static class MemoryPlan
{
    /// <summary>Gives every allocation its offset.</summary>
    /// <returns>The bytes of the piece of memory.</returns>
    public static long Place(IEnumerable<Allocation> allocations)
    {
        var placed = new List<Allocation>(); // by offset
        var total = 0L;
        foreach (var allocation in allocations.Where(allocation => allocation.Bytes > 0).OrderByDescending(allocation => allocation.Bytes))
        {
            allocation.Offset = BestGap(placed, allocation);
            total = Math.Max(total, allocation.Offset + allocation.Bytes);
            placed.Insert(UpperBound(placed, allocation.Offset), allocation);
        }
        return total;
    }

    /// <summary>The most bytes that are in use at one time.</summary>
    public static long LiveBytes(IReadOnlyCollection<Allocation> allocations)
    {
        var changes = new SortedDictionary<int, long>();
        foreach (var allocation in allocations.Where(allocation => allocation.Bytes > 0))
        {
            changes[allocation.First] = changes.GetValueOrDefault(allocation.First) + allocation.Bytes;
            changes[allocation.Last + 1] = changes.GetValueOrDefault(allocation.Last + 1) - allocation.Bytes;
        }
        var (live, most) = (0L, 0L);
        foreach (var change in changes.Values)
        {
            live += change;
            most = Math.Max(most, live);
        }
        return most;
    }

    private static long BestGap(List<Allocation> placed, Allocation allocation)
    {
        var (best, bestGap, end) = (-1L, long.MaxValue, 0L);
        foreach (var other in placed)
        {
            if (other.Last < allocation.First || other.First > allocation.Last)
                continue;
            var gap = other.Offset - end;
            if (gap >= allocation.Bytes && gap < bestGap)
                (best, bestGap) = (end, gap);
            end = Math.Max(end, other.Offset + other.Bytes);
        }
        return best >= 0 ? best : end;
    }

    private static int UpperBound(List<Allocation> placed, long offset)
    {
        var (low, high) = (0, placed.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (placed[middle].Offset <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
