using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Look-up and its gradient on GPUs, a lane for each element. For the gradient every position finds the next one that has
/// its id, and learns whether it is the first: links[i] is the next position or -1, links[n + i] is 1 for first positions.
/// The lanes of a first position then follow the list; nobody else writes their row, and its order is that of positions.
/// </summary>
internal static class EmbeddingGroups
{
    /// <summary>The table.</summary>
    public struct Table
    {
        public int Rows; // V
        public int Columns; // C
        public int PaddingIndex;
    }

    /// <summary>Lane i copies element i of y; NaN for ids outside the table.</summary>
    public static void LookUp(Index1D lane, ArrayView<float> values, ArrayView<int> ids, ArrayView<float> y, Table table)
    {
        var position = lane.X / table.Columns;
        var id = ids[position];
        var isInside = id >= 0 && id < table.Rows;
        y[lane] = isInside ? values[(long)id * table.Columns + (lane.X - position * table.Columns)] : float.NaN;
    }

    /// <summary>Lane i looks for the neighbours of position i.</summary>
    public static void Link(Index1D lane, ArrayView<int> ids, ArrayView<int> links, Table table)
    {
        var positions = ids.IntLength;
        var id = ids[lane];
        var next = lane.X + 1;
        while (next < positions && ids[next] != id)
            next++;
        links[lane] = next < positions ? next : -1;
        var previous = lane.X - 1;
        while (previous >= 0 && ids[previous] != id)
            previous--;
        var isTaken = previous < 0 && id >= 0 && id < table.Rows && id != table.PaddingIndex;
        links[positions + lane.X] = isTaken ? 1 : 0;
    }

    /// <summary>Lane i sums, where its position is the first of its id, one element of dtable.</summary>
    public static void Sum(
        Index1D lane, ArrayView<int> ids, ArrayView<int> links, ArrayView<float> dy, ArrayView<float> dTable, Table table)
    {
        var position = lane.X / table.Columns;
        if (links[ids.IntLength + position] == 0)
            return;
        var column = lane.X - position * table.Columns;
        var target = (long)ids[position] * table.Columns + column;
        var sum = dTable[target];
        for (var i = position; i >= 0; i = links[i])
            sum += dy[(long)i * table.Columns + column];
        dTable[target] = sum;
    }
}
