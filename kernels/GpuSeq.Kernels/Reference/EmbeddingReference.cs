using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of the look-up in a table and of its gradient. Every id names a row of the table.</summary>
public static class EmbeddingReference
{
    /// <summary>y[i] = table[ids[i]].</summary>
    /// <param name="columns">C.</param>
    /// <param name="table">[V, C].</param>
    /// <param name="ids">[n].</param>
    /// <param name="y">[n, C].</param>
    public static void Forward<T>(int columns, ReadOnlySpan<T> table, ReadOnlySpan<int> ids, Span<T> y)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < ids.Length; i++)
        {
            for (var c = 0; c < columns; c++)
                y[i * columns + c] = table[ids[i] * columns + c];
        }
    }

    /// <summary>y[i] += table[ids[i]].</summary>
    /// <param name="columns">C.</param>
    /// <param name="table">[V, C].</param>
    /// <param name="ids">[n].</param>
    /// <param name="y">[n, C].</param>
    public static void Add<T>(int columns, ReadOnlySpan<T> table, ReadOnlySpan<int> ids, Span<T> y)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < ids.Length; i++)
        {
            for (var c = 0; c < columns; c++)
                y[i * columns + c] += table[ids[i] * columns + c];
        }
    }

    /// <summary>dtable[v] = sum of dy[i] over the positions i with ids[i] = v, but 0 for the padding row.</summary>
    /// <param name="columns">C.</param>
    /// <param name="ids">[n].</param>
    /// <param name="dy">[n, C].</param>
    /// <param name="dTable">[V, C].</param>
    /// <param name="accumulate">Whether the sum is added to what dtable holds.</param>
    /// <param name="paddingIndex">A row that gets no gradient, or -1.</param>
    public static void Backward<T>(
        int columns, ReadOnlySpan<int> ids, ReadOnlySpan<T> dy, Span<T> dTable, bool accumulate, int paddingIndex)
        where T : IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dTable.Clear();
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] == paddingIndex)
                continue;
            for (var c = 0; c < columns; c++)
                dTable[ids[i] * columns + c] += dy[i * columns + c];
        }
    }
}
