using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The gradient of x on CPUs. A unit is some channels of some images: the product of their part of the weights, transposed, with
/// dy is the gradient of their windows, and each window's is added to where the window was taken from, tap by tap.
/// </summary>
internal static unsafe class ConvolutionInputRows
{
    /// <summary>Item i packs a panel of the transposed weights: [outputs, tile's rows].</summary>
    public static void PackWeights(Index1D item, ArrayView<float> weight, ArrayView<float> panels, ConvolutionArguments arguments) =>
        PackPanel(item, weight, panels, arguments);

    /// <summary>Item i computes dx at some units.</summary>
    public static void Backward(
        Index1D item, ArrayView<float> panels, ArrayView<float> dy, ArrayView<float> dx, ArrayView<float> scratch,
        ConvolutionArguments arguments) =>
        BackwardItem(item, panels, dy, dx, scratch, arguments);

    [IntrinsicImplementation]
    public static void PackPanel(int item, ArrayView<float> weight, ArrayView<float> panels, ConvolutionArguments a)
    {
        var tileRows = ConvolutionTile.Rows(a.Bits);
        var (part, panel) = Math.DivRem(item, UnitPanels(a, tileRows));
        var (group, channels) = Math.DivRem(part, ChannelParts(a));
        var row = channels * a.Channels * a.Taps + panel * tileRows;
        var rows = Math.Min(tileRows, Math.Min((channels + 1) * a.Channels, a.Inputs) * a.Taps - row);
        if (rows <= 0)
            return; // the last part has fewer channels
        var source = weight.Pointer() + (long)group * a.Outputs * a.Lines + row;
        var target = panels.Pointer() + (long)item * tileRows * a.Outputs;
        GemmPacking.Copy(source, a.Lines, rows, 1, a.Outputs, target, tileRows);
    }

    /// <summary>Panels of the weights of a unit.</summary>
    public static int UnitPanels(in ConvolutionArguments a, int tileRows) => RowItems.Blocks(a.Channels * a.Taps, tileRows);

    /// <summary>Parts of the channels of a group.</summary>
    public static int ChannelParts(in ConvolutionArguments a) => RowItems.Blocks(a.Inputs, a.Channels);

    [IntrinsicImplementation]
    public static void BackwardItem(
        int item, ArrayView<float> panels, ArrayView<float> dy, ArrayView<float> dx, ArrayView<float> scratch,
        ConvolutionArguments arguments)
    {
        switch ((SimdWidth)arguments.Bits)
        {
            case SimdWidth.Bits512:
                BackwardItem<Vector512Lanes, Tile12x2>(item, panels, dy, dx, scratch, ref arguments);
                break;
            case SimdWidth.Bits256:
                BackwardItem<Vector256Lanes, Tile6x2>(item, panels, dy, dx, scratch, ref arguments);
                break;
            default:
                BackwardItem<Vector128Lanes, Tile6x2>(item, panels, dy, dx, scratch, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void BackwardItem<TVector, TTile>(
        int item, ArrayView<float> panels, ArrayView<float> dy, ArrayView<float> dx, ArrayView<float> scratch, ref ConvolutionArguments a)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        var parts = ChannelParts(a);
        var imageParts = RowItems.Blocks(a.Batch, a.Images);
        var unitPanels = UnitPanels(a, TTile.Rows);
        var end = Math.Min((item + 1) * a.UnitsPerItem, a.Units);
        for (var unit = item * a.UnitsPerItem; unit < end; unit++)
        {
            var (rest, imagePart) = Math.DivRem(unit, imageParts);
            var (group, part) = Math.DivRem(rest, parts);
            var image = imagePart * a.Images;
            var images = Math.Min(a.Images, a.Batch - image);
            var channel = part * a.Channels;
            var channels = Math.Min(a.Channels, a.Inputs - channel);
            var width = RowItems.Blocks(images * a.Positions, 2 * TVector.Count) * 2 * TVector.Count;
            var panel = scratch.Pointer() + (long)item * a.Scratch;
            var windows = panel + (long)a.Outputs * 2 * TVector.Count; // [channels, KH, KW, positions]
            var weights = panels.Pointer() + (long)rest * unitPanels * TTile.Rows * a.Outputs;
            var upstream = dy.Pointer() + (long)group * a.Outputs * a.Positions;
            Multiply<TVector, TTile>(weights, channels * a.Taps, upstream, image, images, panel, windows, width, ref a);
            for (var i = 0; i < images; i++)
            {
                var plane = ((long)(image + i) * a.Groups + group) * a.Inputs + channel;
                var target = dx.Pointer() + plane * a.Height * a.Width;
                for (var c = 0; c < channels; c++, target += (long)a.Height * a.Width)
                    AddWindows<TVector>(windows + (long)c * a.Taps * width + i * a.Positions, width, target, ref a);
            }
        }
    }

    // windows [rows, width] = weights^T dy, for the positions of some images.
    [MethodImpl(MicroKernel.Options)]
    private static void Multiply<TVector, TTile>(
        float* weights, int rows, float* dy, int image, int images, float* panel, float* windows, int width, ref ConvolutionArguments a)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        var n = TVector.Count;
        var buffer = stackalloc float[ConvolutionTile.BufferLength];
        var tile = ConvolutionTile.Align(buffer);
        var runs = stackalloc ConvolutionRun[ConvolutionTile.MaxColumns];
        for (var column = 0; column < width; column += 2 * n)
        {
            var count = Math.Min(2 * n, images * a.Positions - column);
            if (count < 2 * n)
                new Span<float>(panel, a.Outputs * 2 * n).Clear();
            var number = ConvolutionWindows.Outputs(ref a, image * a.Positions + column, count, runs);
            for (var channel = 0; channel < a.Outputs; channel++)
            {
                for (var run = runs; run < runs + number; run++)
                    VectorMath.Copy<TVector>(dy + (long)channel * a.Positions + run->From, panel + channel * 2 * n + run->To, run->Length);
            }
            var weight = weights;
            for (var row = 0; row < rows; row += TTile.Rows, weight += TTile.Rows * a.Outputs)
            {
                TTile.Multiply<TVector>(a.Outputs, weight, panel, tile);
                var target = windows + (long)row * width + column;
                GemmEpilogue.StorePlain<TVector>(tile, 2 * n, target, width, Math.Min(TTile.Rows, rows - row), 2 * n, 1f, 0f);
            }
        }
    }

    // A channel of an image: the gradient of each tap's windows, one tap after the other.
    [MethodImpl(MicroKernel.Options)]
    private static void AddWindows<TVector>(float* windows, int stride, float* dx, ref ConvolutionArguments a)
        where TVector : struct, IVector<TVector>
    {
        if (a.Accumulate == 0)
            new Span<float>(dx, a.Height * a.Width).Clear();
        for (var u = 0; u < a.KernelHeight; u++)
        {
            for (var v = 0; v < a.KernelWidth; v++, windows += stride)
            {
                // Windows whose element lies inside the image.
                var shift = v * a.DilationWidth - a.PaddingWidth;
                var first = shift >= 0 ? 0 : (-shift + a.StrideWidth - 1) / a.StrideWidth;
                var last = a.Width - 1 - shift < 0 ? -1 : (a.Width - 1 - shift) / a.StrideWidth;
                var count = Math.Min(last, a.OutputWidth - 1) - first + 1;
                for (var i = 0; i < a.OutputHeight; i++)
                {
                    var row = i * a.StrideHeight + u * a.DilationHeight - a.PaddingHeight;
                    if (row < 0 || row >= a.Height)
                        continue;
                    var source = windows + i * a.OutputWidth + first;
                    var target = dx + row * a.Width + first * a.StrideWidth + shift;
                    if (a.StrideWidth == 1)
                        Add<TVector>(source, target, count);
                    else
                        AddStrided(source, target, a.StrideWidth, count);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVector>(float* source, float* target, int count)
        where TVector : struct, IVector<TVector>
    {
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            TVector.Store(TVector.Load(target + i) + TVector.Load(source + i), target + i);
        for (; i + Vector128Lanes.Count <= count; i += Vector128Lanes.Count)
            Vector128Lanes.Store(Vector128Lanes.Load(target + i) + Vector128Lanes.Load(source + i), target + i);
        for (; i < count; i++)
            target[i] += source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddStrided(float* source, float* target, int stride, int count)
    {
        for (var i = 0; i < count; i++, target += stride)
            *target += source[i];
    }
}
