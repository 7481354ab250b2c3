using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The gradient of the weights on CPUs: the product of dy with the transposed matrix of windows, summed over positions. A unit is
/// a segment of the positions with some panels of columns; it adds up blocks of positions, and a later launch adds the segments.
/// </summary>
internal static unsafe class ConvolutionWeightRows
{
    /// <summary>Positions that are laid out at a time: a panel of them stays in the first-level cache.</summary>
    public const int Block = 256;

    /// <summary>Item i computes some units: sums [segments, groups outputs, lines], or dweight where there is one segment.</summary>
    public static void Backward(
        Index1D item, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> sums, ArrayView<float> scratch,
        ConvolutionArguments arguments) =>
        BackwardItem(item, x, dy, sums, scratch, arguments);

    /// <summary>Elements of the scratch memory of an item: a block of dy, one of windows, and its panel.</summary>
    public static int Scratch(in ConvolutionArguments a)
    {
        var rows = ConvolutionTile.Rows(a.Bits);
        return Block * (RowItems.Blocks(a.Outputs, rows) * rows + 2 * ConvolutionTile.Columns(a.Bits));
    }

    [IntrinsicImplementation]
    public static void BackwardItem(
        int item, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> sums, ArrayView<float> scratch,
        ConvolutionArguments arguments)
    {
        switch ((SimdWidth)arguments.Bits)
        {
            case SimdWidth.Bits512:
                BackwardItem<Vector512Lanes, Tile12x2>(item, x, dy, sums, scratch, ref arguments);
                break;
            case SimdWidth.Bits256:
                BackwardItem<Vector256Lanes, Tile6x2>(item, x, dy, sums, scratch, ref arguments);
                break;
            default:
                BackwardItem<Vector128Lanes, Tile6x2>(item, x, dy, sums, scratch, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void BackwardItem<TVector, TTile>(
        int item, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> sums, ArrayView<float> scratch, ref ConvolutionArguments a)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        var columns = 2 * TVector.Count;
        var panels = RowItems.Blocks(a.Lines, columns);
        var parts = RowItems.Blocks(panels, a.Panels);
        var total = a.Batch * a.Positions;
        var end = Math.Min((item + 1) * a.UnitsPerItem, a.Units);
        var packed = scratch.Pointer() + (long)item * a.Scratch;
        var windows = packed + a.Scratch - 2 * columns * Block;
        for (var unit = item * a.UnitsPerItem; unit < end; unit++)
        {
            var (rest, part) = Math.DivRem(unit, parts);
            var (group, segment) = Math.DivRem(rest, a.Segments);
            var origin = (long)group * a.Inputs * a.Height * a.Width;
            var input = x.Pointer() + origin;
            var upstream = dy.Pointer() + (long)group * a.Outputs * a.Positions;
            var target = sums.Pointer() + ((long)segment * a.Groups + group) * a.Outputs * a.Lines;
            var begin = segment * a.SegmentLength;
            var stop = Math.Min(begin + a.SegmentLength, total);
            for (var first = begin; first < stop; first += Block)
            {
                var count = Math.Min(Block, stop - first);
                var add = first > begin || a.Accumulate != 0;
                PackUpstream<TTile>(upstream, first, count, packed, ref a);
                for (var panel = part * a.Panels; panel < Math.Min((part + 1) * a.Panels, panels); panel++)
                {
                    var column = panel * columns;
                    var lines = Math.Min(columns, a.Lines - column);
                    PackWindows<TVector>(input, x.Length - origin, first, count, column, lines, windows, ref a);
                    Multiply<TVector, TTile>(packed, windows + columns * Block, count, lines, target + column, add, ref a);
                }
            }
        }
    }

    // [panels of outputs, positions, tile's rows]
    [MethodImpl(MicroKernel.Options)]
    private static void PackUpstream<TTile>(float* dy, int first, int count, float* packed, ref ConvolutionArguments a)
        where TTile : struct, IGemmTile
    {
        var runs = stackalloc ConvolutionRun[Block];
        var number = ConvolutionWindows.Outputs(ref a, first, count, runs);
        for (var row = 0; row < a.Outputs; row += TTile.Rows, packed += TTile.Rows * count)
        {
            var source = dy + (long)row * a.Positions;
            for (var run = runs; run < runs + number; run++)
            {
                GemmPacking.Transpose(
                    source + run->From, a.Positions, Math.Min(TTile.Rows, a.Outputs - row), run->Length,
                    packed + run->To * TTile.Rows, TTile.Rows);
            }
        }
    }

    // Lines of the matrix of windows, and behind them the panel [positions, tile's columns].
    [MethodImpl(MicroKernel.Options)]
    private static void PackWindows<TVector>(
        float* x, long length, int first, int count, int column, int lines, float* windows, ref ConvolutionArguments a)
        where TVector : struct, IVector<TVector>
    {
        var columns = 2 * TVector.Count;
        var runs = stackalloc ConvolutionRun[Block];
        var number = ConvolutionWindows.Inputs(ref a, first, count, runs);
        ConvolutionWindows.Copy<TVector>(x, length, runs, number, column, lines, windows, Block, ref a);
        GemmPacking.Transpose(windows, Block, lines, count, windows + columns * Block, columns);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Multiply<TVector, TTile>(
        float* packed, float* panel, int count, int lines, float* sums, bool add, ref ConvolutionArguments a)
        where TVector : struct, IVector<TVector>
        where TTile : struct, IGemmTile
    {
        var columns = 2 * TVector.Count;
        var buffer = stackalloc float[ConvolutionTile.BufferLength];
        var tile = ConvolutionTile.Align(buffer);
        for (var row = 0; row < a.Outputs; row += TTile.Rows, packed += TTile.Rows * count)
        {
            TTile.Multiply<TVector>(count, packed, panel, tile);
            var target = sums + (long)row * a.Lines;
            var rows = Math.Min(TTile.Rows, a.Outputs - row);
            if (lines == columns)
            {
                GemmEpilogue.StorePlain<TVector>(tile, columns, target, a.Lines, rows, columns, 1f, add ? 1f : 0f);
                continue;
            }
            for (var r = 0; r < rows; r++, target += a.Lines)
            {
                for (var i = 0; i < lines; i++)
                    target[i] = tile[r * columns + i] + (add ? target[i] : 0f);
            }
        }
    }
}
