namespace GpuSeq.Kernels;

/// <summary>
/// A convolution over images, with PyTorch's conventions: x [B, inputs, H, W], weight [outputs, inputs / groups, KH, KW],
/// y [B, outputs, OH, OW]. One over sequences has height 1.
/// </summary>
/// <param name="batch">B.</param>
/// <param name="inputs">Channels of x.</param>
/// <param name="outputs">Channels of y.</param>
/// <param name="height">H.</param>
/// <param name="width">W.</param>
/// <param name="kernelHeight">KH.</param>
/// <param name="kernelWidth">KW.</param>
public readonly struct ConvolutionShape(
    int batch, int inputs, int outputs, int height, int width, int kernelHeight, int kernelWidth)
{
    /// <summary>B.</summary>
    public int Batch { get; } = batch;

    /// <summary>Channels of x.</summary>
    public int Inputs { get; } = inputs;

    /// <summary>Channels of y.</summary>
    public int Outputs { get; } = outputs;

    /// <summary>H.</summary>
    public int Height { get; } = height;

    /// <summary>W.</summary>
    public int Width { get; } = width;

    /// <summary>KH.</summary>
    public int KernelHeight { get; } = kernelHeight;

    /// <summary>KW.</summary>
    public int KernelWidth { get; } = kernelWidth;

    /// <summary>Rows from one window to the next.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>Columns from one window to the next.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Rows of zeros above and below an image.</summary>
    public int PaddingHeight { get; init; }

    /// <summary>Columns of zeros on either side of an image.</summary>
    public int PaddingWidth { get; init; }

    /// <summary>Rows from one row of the weight to the next.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Columns from one column of the weight to the next.</summary>
    public int DilationWidth { get; init; } = 1;

    /// <summary>Groups of channels that do not meet; it divides inputs and outputs.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>OH.</summary>
    public int OutputHeight => OutputSize(Height, KernelHeight, StrideHeight, PaddingHeight, DilationHeight);

    /// <summary>OW.</summary>
    public int OutputWidth => OutputSize(Width, KernelWidth, StrideWidth, PaddingWidth, DilationWidth);

    /// <summary>Floating-point operations: a multiplication and an addition for each term.</summary>
    public double Flops => 2.0 * Batch * Outputs * OutputHeight * OutputWidth * (Inputs / Math.Max(1, Groups)) * KernelHeight * KernelWidth;

    internal long InputLength => (long)Batch * Inputs * Height * Width;

    internal long WeightLength => (long)Outputs * (Inputs / Groups) * KernelHeight * KernelWidth;

    internal long OutputLength => (long)Batch * Outputs * OutputHeight * OutputWidth;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Batch}x{Inputs}x{Height}x{Width} to {Outputs} by {KernelHeight}x{KernelWidth}"
        + Option("stride", StrideHeight, StrideWidth, 1) + Option("padding", PaddingHeight, PaddingWidth, 0)
        + Option("dilation", DilationHeight, DilationWidth, 1) + (Groups != 1 ? $" groups {Groups}" : "");

    private static string Option(string name, int height, int width, int usual) =>
        height == usual && width == usual ? "" : $" {name} {height}x{width}";

    /// <summary>How many windows fit; 0 where not one does.</summary>
    private static int OutputSize(int size, int kernel, int stride, int padding, int dilation)
    {
        var last = size + 2L * padding - ((long)dilation * (kernel - 1) + 1);
        return last < 0 ? 0 : (int)(last / stride) + 1;
    }
}
