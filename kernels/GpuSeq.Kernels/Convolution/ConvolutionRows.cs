using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Convolution on CPUs. A unit is a panel of positions, as wide as the tile of the matrix product, in one group of channels:
/// the panel of the matrix of windows is laid out, and every panel of the weights multiplied with it.
/// </summary>
internal static unsafe class ConvolutionRows
{
    /// <summary>Item i packs a panel of weights: [lines, tile's rows].</summary>
    public static void PackWeights(Index1D item, ArrayView<float> weight, ArrayView<float> panels, ConvolutionArguments arguments) =>
        PackPanel(item, weight, panels, arguments);

    /// <summary>Item i computes y at some units.</summary>
    public static void Forward(
        Index1D item, ArrayView<float> x, ArrayView<float> panels, ArrayView<float> bias, ArrayView<float> y,
        ArrayView<float> scratch, ConvolutionArguments arguments) =>
        ForwardItem(item, x, panels, bias, y, scratch, arguments);

    [IntrinsicImplementation]
    public static void PackPanel(int item, ArrayView<float> weight, ArrayView<float> panels, ConvolutionArguments a)
    {
        var tileRows = ConvolutionTile.Rows(a.Bits);
        var (group, panel) = Math.DivRem(item, RowItems.Blocks(a.Outputs, tileRows));
        var row = panel * tileRows;
        var source = weight.Pointer() + ((long)group * a.Outputs + row) * a.Lines;
        var target = panels.Pointer() + (long)item * tileRows * a.Lines;
        GemmPacking.Transpose(source, a.Lines, Math.Min(tileRows, a.Outputs - row), a.Lines, target, tileRows);
    }

    [IntrinsicImplementation]
    public static void ForwardItem(
        int item, ArrayView<float> x, ArrayView<float> panels, ArrayView<float> bias, ArrayView<float> y,
        ArrayView<float> scratch, ConvolutionArguments arguments)
    {
        switch ((SimdWidth)arguments.Bits)
        {
            case SimdWidth.Bits512:
                ForwardItem<Vector512Lanes, Tile12x2>(item, x, panels, bias, y, scratch, ref arguments);
                break;
            case SimdWidth.Bits256:
                ForwardItem<Vector256Lanes, Tile6x2>(item, x, panels, bias, y, scratch, ref arguments);
                break;
            default:
                ForwardItem<Vector128Lanes, Tile6x2>(item, x, panels, bias, y, scratch, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void ForwardItem<TVector, TTile>(
        int item, ArrayView<float> x, ArrayView<float> panels, ArrayView<float> bias, ArrayView<float> y,
        ArrayView<float> scratch, ref ConvolutionArguments a)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        var width = 2 * TVector.Count;
        var buffer = stackalloc float[ConvolutionTile.BufferLength];
        var tile = ConvolutionTile.Align(buffer);
        var sources = stackalloc ConvolutionRun[2 * ConvolutionTile.MaxColumns];
        var targets = sources + ConvolutionTile.MaxColumns;
        var panel = scratch.Pointer() + (long)item * a.Scratch;
        var biases = bias.Pointer();
        var total = a.Batch * a.Positions;
        var across = RowItems.Blocks(total, width);
        var weightPanels = RowItems.Blocks(a.Outputs, TTile.Rows);
        var end = Math.Min((item + 1) * a.UnitsPerItem, a.Units);
        for (var unit = item * a.UnitsPerItem; unit < end; unit++)
        {
            var (group, first) = Math.DivRem(unit, across);
            first *= width;
            var count = Math.Min(width, total - first);
            if (count < width)
                new Span<float>(panel, width * a.Lines).Clear();
            var origin = (long)group * a.Inputs * a.Height * a.Width;
            ConvolutionWindows.Copy<TVector>(
                x.Pointer() + origin, x.Length - origin, sources,
                ConvolutionWindows.Inputs(ref a, first, count, sources), 0, a.Lines, panel, width, ref a);
            var runs = ConvolutionWindows.Outputs(ref a, first, count, targets);
            var weights = panels.Pointer() + (long)group * weightPanels * TTile.Rows * a.Lines;
            for (var row = 0; row < a.Outputs; row += TTile.Rows, weights += TTile.Rows * a.Lines)
            {
                var channel = group * a.Outputs + row;
                var output = y.Pointer() + (long)channel * a.Positions;
                TTile.Multiply<TVector>(a.Lines, weights, panel, tile);
                Finish<TVector>(
                    tile, Math.Min(TTile.Rows, a.Outputs - row), biases == null ? null : biases + channel, (Activation)a.Activation,
                    output, a.Positions, targets, runs);
            }
        }
    }

    // Bias and activation, and the rows of the tile to where they belong in the images.
    [MethodImpl(MicroKernel.Options)]
    private static void Finish<TVector>(
        float* tile, int rows, float* bias, Activation activation, float* y, int stride, ConvolutionRun* runs, int count)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var isWhole = count == 1 && runs->Length == 2 * n;
        for (var row = 0; row < rows; row++, tile += 2 * n, y += stride)
        {
            var shift = TVector.Broadcast(bias != null ? bias[row] : 0f);
            var (left, right) = (TVector.Load(tile) + shift, TVector.Load(tile + n) + shift);
            if (activation == Activation.Relu)
                (left, right) = (Relu.Forward(left), Relu.Forward(right));
            else if (activation != Activation.None)
                (left, right) = (Activate(left, activation), Activate(right, activation));
            var target = isWhole ? y + runs->From : tile;
            TVector.Store(left, target);
            TVector.Store(right, target + n);
            for (var run = runs; run < runs + count && !isWhole; run++)
                VectorMath.Copy<TVector>(tile + run->To, y + run->From, run->Length);
        }
    }

    // Out of line: most convolutions have no other activation than ReLU, and their loop must not pay for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TVector Activate<TVector>(TVector value, Activation activation)
        where TVector : struct, IVector<TVector> => ActivationFunctions.Forward(activation, value);
}

/// <summary>The tiles of the matrix products that convolutions are.</summary>
internal static unsafe class ConvolutionTile
{
    /// <summary>The most columns of a tile: two of the widest vectors.</summary>
    public const int MaxColumns = 32;

    /// <summary>Elements that hold the largest tile wherever they begin.</summary>
    public const int BufferLength = 12 * MaxColumns + 16;

    /// <summary>The rows of a tile.</summary>
    public static int Rows(int bits) => bits == (int)SimdWidth.Bits512 ? Tile12x2.Rows : Tile6x2.Rows;

    /// <summary>The columns of a tile.</summary>
    public static int Columns(int bits) => 2 * bits / 32;

    /// <summary>The first place of a buffer that is on a cache line.</summary>
    public static float* Align(float* buffer) => (float*)(((nuint)buffer + 63) & ~(nuint)63);
}
