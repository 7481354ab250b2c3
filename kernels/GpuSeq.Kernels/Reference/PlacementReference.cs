namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of rows that are placed into longer sequences.</summary>
public static class PlacementReference
{
    /// <summary>y[b, first[b] + t, c] = x[b, t, c].</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[B, T, C], rows at a stride.</param>
    /// <param name="first">[B].</param>
    /// <param name="y">[B, S, C].</param>
    public static void Place<T>(PlacementShape shape, ReadOnlySpan<T> x, ReadOnlySpan<int> first, Span<T> y)
    {
        for (var b = 0; b < shape.Batch; b++)
        {
            for (var t = 0; t < shape.Rows; t++)
            {
                for (var c = 0; c < shape.Columns; c++)
                    y[(b * shape.Capacity + first[b] + t) * shape.Columns + c] = x[(b * shape.Rows + t) * shape.Stride + c];
            }
        }
    }
}
