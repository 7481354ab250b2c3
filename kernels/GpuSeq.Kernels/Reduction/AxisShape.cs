namespace GpuSeq.Kernels;

/// <summary>A tensor [outer, length, inner] that is reduced over its middle axis to [outer, inner]: any axis of any tensor.</summary>
/// <param name="Outer">The product of the axes before.</param>
/// <param name="Length">The length of the axis.</param>
/// <param name="Inner">The product of the axes after.</param>
public readonly record struct AxisShape(int Outer, int Length, int Inner)
{
    /// <summary>The elements of the tensor.</summary>
    public long Elements => (long)Outer * Length * Inner;

    /// <summary>The elements of the result.</summary>
    public long Results => (long)Outer * Inner;

    /// <summary>The last axis: of each row, one number.</summary>
    public static AxisShape Last(int rows, int columns) => new(rows, columns, 1);

    /// <summary>The first axis: of each column, one number.</summary>
    public static AxisShape First(int rows, int columns) => new(1, rows, columns);

    /// <summary>[outer, length, inner].</summary>
    public override string ToString() => $"[{Outer}, {Length}, {Inner}]";
}
