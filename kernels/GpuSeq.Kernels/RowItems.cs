namespace GpuSeq.Kernels;

/// <summary>How rows are dealt to the work items of a row-shaped kernel.</summary>
internal static class RowItems
{
    /// <summary>Elements that are worth a work item, a few microseconds, when each costs an exponential or a few passes.</summary>
    public const int Work = 4 * 1024;

    /// <summary>Elements that are worth a work item when they are only moved or added.</summary>
    public const int Moves = 16 * 1024;

    /// <summary>Rows of a work item, so that short rows share one. Depends on the shape alone.</summary>
    public static int RowsPerItem(int rows, int columns, int elements = Work) =>
        Math.Clamp(elements / Math.Max(columns, 1), 1, Math.Max(rows, 1));

    /// <summary>The number of blocks that a length is cut into.</summary>
    public static int Blocks(int length, int perBlock) => (int)(((long)length + perBlock - 1) / perBlock);
}
