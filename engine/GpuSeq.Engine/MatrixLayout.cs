namespace GpuSeq.Engine;

/// <summary>
/// How the matrices of a tensor's last two axes lie in memory, as matrix products take them: [Count / Inner, Inner] of them. A
/// tensor of one axis is a row.
/// </summary>
internal sealed record MatrixLayout
{
    private MatrixLayout(Shape shape)
    {
        (Rows, Columns) = (shape.Rank > 1 ? shape[-2] : 1, shape[-1]);
        Inner = shape.Rank > 2 ? shape[-3] : 1;
        Count = 1;
        for (var i = 0; i < shape.Rank - 2; i++)
            Count = checked(Count * shape[i]);
    }

    public int Rows { get; private init; }

    public int Columns { get; }

    /// <summary>The number of matrices.</summary>
    public int Count { get; private init; }

    /// <summary>The matrices of the last of the leading axes.</summary>
    public int Inner { get; private init; }

    /// <summary>Whether columns lie side by side, rather than rows.</summary>
    public bool IsTransposed { get; private init; }

    /// <summary>Elements from one row to the next; transposed, from one column.</summary>
    public int Stride { get; private init; }

    /// <summary>Elements from one matrix to the next.</summary>
    public long InnerStride { get; private init; }

    /// <summary>Elements from one group of inner matrices to the next.</summary>
    public long OuterStride { get; private init; }

    /// <summary>The layout of a tensor whose elements lie side by side.</summary>
    public static MatrixLayout Dense(Shape shape)
    {
        var layout = new MatrixLayout(shape);
        var size = (long)layout.Rows * layout.Columns;
        return layout with { Stride = layout.Columns, InnerStride = size, OuterStride = layout.Inner * size };
    }

    /// <summary>The layout of a view, or null where matrix products cannot read it in place.</summary>
    public static MatrixLayout? InPlace(Tensor x) => x is TensorView view ? Find(view.Shape, view.Strides) : null;

    /// <summary>All rows as those of one matrix, or null where they do not lie at one stride.</summary>
    public MatrixLayout? Joined()
    {
        if (Count == 1)
            return this;
        var isJoined = !IsTransposed && (Inner == 1 || InnerStride == (long)Rows * Stride)
            && (Count == Inner || OuterStride == (long)Inner * Rows * Stride);
        return isJoined ? this with { Rows = checked(Rows * Count), Count = 1, Inner = 1 } : null;
    }

    private static MatrixLayout? Find(Shape shape, int[] strides)
    {
        var layout = new MatrixLayout(shape);
        var (rows, columns) = (layout.Rows, layout.Columns);
        var (row, column) = (shape.Rank > 1 ? strides[^2] : columns, strides[^1]);
        var isPlain = (column == 1 || columns <= 1) && (row >= columns || rows <= 1);
        if (!isPlain && !((row == 1 || rows <= 1) && (column >= rows || columns <= 1)))
            return null;
        for (var i = 0; i < shape.Rank - 4; i++) // the axes before the inner one must lie as one
        {
            if (strides[i] != shape[i + 1] * strides[i + 1])
                return null;
        }
        return layout with
        {
            IsTransposed = !isPlain,
            Stride = isPlain ? (rows <= 1 ? columns : row) : columns <= 1 ? rows : column,
            InnerStride = shape.Rank > 2 ? strides[^3] : 0,
            OuterStride = shape.Rank > 3 ? strides[^4] : 0,
        };
    }
}
