namespace GpuSeq.Kernels;

/// <summary>What becomes of the losses of a batch.</summary>
public enum LossReduction
{
    /// <summary>They stay as they are.</summary>
    None,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean; where there are weights, the sum of the losses over the sum of the weights.</summary>
    Mean,
}

/// <summary>Sizes and options of a cross-entropy.</summary>
/// <param name="rows">The number of predictions.</param>
/// <param name="classes">The number of classes.</param>
public readonly struct CrossEntropyShape(int rows, int classes)
{
    /// <summary>The number of predictions.</summary>
    public int Rows { get; } = rows;

    /// <summary>The number of classes.</summary>
    public int Classes { get; } = classes;

    /// <summary>Rows with this target do not count.</summary>
    public int IgnoredIndex { get; init; } = -100;

    /// <summary>The share of the target that is spread over all classes, from 0 to 1.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>What becomes of the losses.</summary>
    public LossReduction Reduction { get; init; } = LossReduction.Mean;

    /// <inheritdoc/>
    public override string ToString() => $"{Rows}x{Classes}";
}

/// <summary>A <see cref="CrossEntropyShape"/> as kernels take it.</summary>
internal struct CrossEntropyArguments
{
    public int Rows;
    public int Classes;
    public int IgnoredIndex;
    public float LabelSmoothing;
    public int Reduction;
    public int Write; // as Writing says
    public int Width; // bits of the vectors
    public int RowsPerItem;
}
