using System.Collections.Immutable;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>Where a tensor lies in a file, and how it is to be read.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="ElementType">What its elements are.</param>
/// <param name="Shape">Its extents, row-major; empty for a scalar.</param>
/// <param name="Offset">Its first byte, counted from the begin of the file.</param>
/// <param name="ByteLength">Its length in bytes.</param>
public sealed record TensorEntry(string Name, ElementType ElementType, ImmutableArray<long> Shape, long Offset, long ByteLength)
{
    /// <summary>The number of its elements: the product of the shape, 1 for a scalar.</summary>
    public long ElementCount => ByteLength / ElementType.ByteSize();

    /// <summary>The tensor as it is shown to people: <c>F32 [3, 4]</c>.</summary>
    public override string ToString() => $"{ElementType.Code()} [{string.Join(", ", Shape)}]";
}
