using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// The k largest on GPUs: a group takes a row k times, and each time finds the largest of what comes after the last one found.
/// That is fast for the few that decoding needs.
/// </summary>
internal static class TopKGroups
{
    /// <summary>Group i searches row i.</summary>
    public static void Row(ArrayView<float> x, ArrayView<float> values, ArrayView<int> indices, TopKArguments arguments)
    {
        var bests = SharedMemory.Allocate<float>(GroupReduce.Lanes);
        var places = SharedMemory.Allocate<int>(GroupReduce.Lanes);
        var row = x.SubView((long)Grid.IdxX * arguments.Columns, arguments.Columns);
        var (last, lastPlace) = (float.NaN, -1); // everything comes after it
        for (var j = 0; j < arguments.K; j++)
        {
            (last, lastPlace) = Next(row, last, lastPlace, bests, places);
            if (Group.IdxX != 0)
                continue;
            values[(long)Grid.IdxX * arguments.K + j] = last;
            indices[(long)Grid.IdxX * arguments.K + j] = lastPlace;
        }
    }

    /// <summary>
    /// The element of a row that comes next after a given one; its place is the row's length where there is none. Every lane of
    /// the group must call.
    /// </summary>
    public static (float Value, int Place) Next(
        ArrayView<float> row, float last, int lastPlace, ArrayView<float> bests, ArrayView<int> places)
    {
        var columns = row.IntLength;
        var (best, place) = (float.NegativeInfinity, columns);
        for (var i = Group.IdxX; i < columns; i += GroupReduce.Lanes)
        {
            var value = row[i];
            if (IsBefore(last, lastPlace, value, i) && IsBefore(value, i, best, place))
                (best, place) = (value, i);
        }
        bests[Group.IdxX] = best;
        places[Group.IdxX] = place;
        Group.Barrier();
        for (var i = 0; i < GroupReduce.Lanes; i++)
        {
            if (IsBefore(bests[i], places[i], best, place))
                (best, place) = (bests[i], places[i]);
        }
        Group.Barrier(); // before the next search writes
        return (best, place);
    }

    private static bool IsBefore(float left, int leftPlace, float right, int rightPlace) =>
        ReductionArgMax.IsBetter(left, right) || (!ReductionArgMax.IsBetter(right, left) && leftPlace < rightPlace);
}
