using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// A matrix [rows, columns] in fewer bits than float32: either bfloat16, the upper half of a float32; or one byte for each element
/// and a scale for each row, element = number times scale.
/// </summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">The length of a row.</param>
public readonly record struct LowPrecisionMatrix(int Rows, int Columns)
{
    /// <summary>[rows, columns], or empty.</summary>
    public ArrayView<ushort> BFloat16 { get; init; }

    /// <summary>[rows, columns], or empty.</summary>
    public ArrayView<sbyte> Int8 { get; init; }

    /// <summary>[rows], for <see cref="Int8"/>.</summary>
    public ArrayView<float> Scales { get; init; }

    /// <summary>Whether it is one byte for each element.</summary>
    public bool IsInt8 => Int8.Length > 0;

    /// <summary>Some of the rows.</summary>
    public LowPrecisionMatrix Part(int first, int count) => new(count, Columns)
    {
        BFloat16 = IsInt8 ? default : BFloat16.Part((long)first * Columns, (long)count * Columns),
        Int8 = IsInt8 ? Int8.Part((long)first * Columns, (long)count * Columns) : default,
        Scales = IsInt8 ? Scales.Part(first, count) : default,
    };

    internal void Check(string operation)
    {
        var length = (long)Rows * Columns;
        if (Rows < 0 || Columns < 0 || BFloat16.Length + Int8.Length != length || (BFloat16.Length > 0 && Int8.Length > 0))
            throw SizeMismatch.Of(operation, "the matrix", BFloat16.Length + Int8.Length, $"[{Rows}, {Columns}]");
        if (length > 0 && Scales.Length != (IsInt8 ? Rows : 0))
            throw SizeMismatch.Of(operation, "scales", Scales.Length, IsInt8 ? $"[{Rows}]" : "empty");
    }
}
