namespace GpuSeq.Kernels;

/// <summary>A <see cref="ConvolutionShape"/> as kernels take it, and how its work is cut.</summary>
internal struct ConvolutionArguments
{
    public int Batch;
    public int Groups;
    public int Inputs; // channels of a group
    public int Outputs;
    public int Height; // of x, which may be padded already
    public int Width;
    public int KernelHeight;
    public int KernelWidth;
    public int OutputHeight;
    public int OutputWidth;
    public int StrideHeight;
    public int StrideWidth;
    public int PaddingHeight;
    public int PaddingWidth;
    public int DilationHeight;
    public int DilationWidth;
    public int Activation;
    public int Accumulate;
    public int Bits; // of the vectors

    // The row shape: units of work, dealt to items that have a scratch memory each.
    public int Units;
    public int UnitsPerItem;
    public int Scratch; // elements of an item
    public int Images; // of a unit of the gradient of x
    public int Channels;
    public int Panels; // of the columns of the weights in a unit of their gradient

    // The gradient of the weights is summed over segments of the positions, whatever runs them.
    public int Segments;
    public int SegmentLength;

    public ConvolutionArguments(in ConvolutionShape shape, int bits)
    {
        Batch = shape.Batch;
        Groups = shape.Groups;
        Inputs = shape.Inputs / shape.Groups;
        Outputs = shape.Outputs / shape.Groups;
        Height = shape.Height;
        Width = shape.Width;
        KernelHeight = shape.KernelHeight;
        KernelWidth = shape.KernelWidth;
        OutputHeight = shape.OutputHeight;
        OutputWidth = shape.OutputWidth;
        StrideHeight = shape.StrideHeight;
        StrideWidth = shape.StrideWidth;
        PaddingHeight = shape.PaddingHeight;
        PaddingWidth = shape.PaddingWidth;
        DilationHeight = shape.DilationHeight;
        DilationWidth = shape.DilationWidth;
        Bits = bits;
    }

    /// <summary>Elements of a filter in one channel.</summary>
    public readonly int Taps => KernelHeight * KernelWidth;

    /// <summary>Elements of a filter: the length of a sum, and the rows of the matrix of windows.</summary>
    public readonly int Lines => Inputs * Taps;

    /// <summary>Windows of an image.</summary>
    public readonly int Positions => OutputHeight * OutputWidth;
}
