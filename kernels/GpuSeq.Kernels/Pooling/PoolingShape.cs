namespace GpuSeq.Kernels;

/// <summary>Windows over images, with PyTorch's conventions. Pooling over sequences has height 1.</summary>
/// <param name="planes">Images times channels.</param>
/// <param name="height">H.</param>
/// <param name="width">W.</param>
/// <param name="kernelHeight">KH.</param>
/// <param name="kernelWidth">KW.</param>
public readonly struct PoolingShape(int planes, int height, int width, int kernelHeight, int kernelWidth)
{
    /// <summary>Images times channels.</summary>
    public int Planes { get; } = planes;

    /// <summary>H.</summary>
    public int Height { get; } = height;

    /// <summary>W.</summary>
    public int Width { get; } = width;

    /// <summary>KH.</summary>
    public int KernelHeight { get; } = kernelHeight;

    /// <summary>KW.</summary>
    public int KernelWidth { get; } = kernelWidth;

    /// <summary>Rows from one window to the next.</summary>
    public int StrideHeight { get; init; } = kernelHeight;

    /// <summary>Columns from one window to the next.</summary>
    public int StrideWidth { get; init; } = kernelWidth;

    /// <summary>Rows above and below an image in which windows may begin and end; at most half the kernel.</summary>
    public int PaddingHeight { get; init; }

    /// <summary>Columns on either side of an image.</summary>
    public int PaddingWidth { get; init; }

    /// <summary>Rows from one row of a window to the next; maxima only.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Columns from one column of a window to the next; maxima only.</summary>
    public int DilationWidth { get; init; } = 1;

    /// <summary>Whether the last windows may reach over the padding, where they begin before it.</summary>
    public bool CeilMode { get; init; }

    /// <summary>OH.</summary>
    public int OutputHeight => OutputSize(Height, KernelHeight, StrideHeight, PaddingHeight, DilationHeight, CeilMode);

    /// <summary>OW.</summary>
    public int OutputWidth => OutputSize(Width, KernelWidth, StrideWidth, PaddingWidth, DilationWidth, CeilMode);

    internal long InputLength => (long)Planes * Height * Width;

    internal long OutputLength => (long)Planes * OutputHeight * OutputWidth;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Planes}x{Height}x{Width} by {KernelHeight}x{KernelWidth}"
        + Option("stride", StrideHeight, StrideWidth, KernelHeight, KernelWidth) + Option("padding", PaddingHeight, PaddingWidth, 0, 0)
        + Option("dilation", DilationHeight, DilationWidth, 1, 1) + (CeilMode ? " ceil" : "");

    private static string Option(string name, int height, int width, int usualHeight, int usualWidth) =>
        height == usualHeight && width == usualWidth ? "" : $" {name} {height}x{width}";

    private static int OutputSize(int size, int kernel, int stride, int padding, int dilation, bool ceil)
    {
        var last = size + 2 * padding - dilation * (kernel - 1) - 1;
        if (last < 0 && !(ceil && last > -stride))
            return 0;
        var count = (last + (ceil ? stride - 1 : 0)) / Math.Max(1, stride) + 1;
        return ceil && (count - 1) * stride >= size + padding ? count - 1 : count; // no window begins beyond the image
    }
}

/// <summary>A <see cref="PoolingShape"/> as kernels take it.</summary>
internal struct PoolingArguments
{
    public int Planes;
    public int Height;
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
    public int IsAverage;
    public int CountsPadding;
    public int Accumulate;
    public int Bits; // of the vectors
    public int PerItem; // rows of y, or planes of dx

    public PoolingArguments(in PoolingShape shape, int bits)
    {
        Planes = shape.Planes;
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

    /// <summary>How many elements the mean of a window divides by.</summary>
    public readonly int Divisor(int i, int j)
    {
        var rows = Extent(i * StrideHeight - PaddingHeight, KernelHeight, Height, PaddingHeight, CountsPadding);
        return rows * Extent(j * StrideWidth - PaddingWidth, KernelWidth, Width, PaddingWidth, CountsPadding);
    }

    // The part of a window that counts: inside the image, or inside image and padding.
    private static int Extent(int begin, int kernel, int size, int padding, int countsPadding)
    {
        var end = begin + kernel;
        var last = countsPadding != 0 ? size + padding : size;
        var first = countsPadding != 0 || begin > 0 ? begin : 0;
        return (end < last ? end : last) - first;
    }
}
