namespace GpuSeq.Kernels;

/// <summary>
/// Products of one shape that are computed together, and how far apart their operands lie. Product p is number p % Inner of
/// group p / Inner; a stride of 0 gives every product the same operand. The heads of [B, T, H, D], for one, are B groups of H
/// with strides T H D and D.
/// </summary>
/// <param name="count">The number of products.</param>
public readonly struct GemmBatch(int count)
{
    /// <summary>The number of products.</summary>
    public int Count { get; } = count;

    /// <summary>The number of products in a group.</summary>
    public int Inner { get; init; } = 1;

    /// <summary>Elements from A of one group to A of the next.</summary>
    public long StrideA { get; init; }

    /// <summary>Elements from B of one group to B of the next.</summary>
    public long StrideB { get; init; }

    /// <summary>Elements from C, and from the residual, of one group to that of the next.</summary>
    public long StrideC { get; init; }

    /// <summary>Elements from A of one product of a group to A of the next.</summary>
    public long InnerStrideA { get; init; }

    /// <summary>Elements from B of one product of a group to B of the next.</summary>
    public long InnerStrideB { get; init; }

    /// <summary>Elements from C, and from the residual, of one product of a group to that of the next.</summary>
    public long InnerStrideC { get; init; }

    /// <summary>One product.</summary>
    internal static GemmBatch One => new(1);

    /// <inheritdoc/>
    public override string ToString() => Inner == 1 ? $"{Count} of" : $"{Count / Inner}x{Inner} of";
}
