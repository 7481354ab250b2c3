using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Where the largest element along an axis stands: x [outer, length, inner] -> indices [outer, inner]. The first of several; a
/// NaN counts as the largest.
/// </summary>
internal static unsafe class ReductionArgMax
{
    /// <summary>The lanes of a group.</summary>
    public const int Lanes = 128;

    /// <summary>The shape of a launch.</summary>
    public struct Arguments
    {
        public int Rows; // outer
        public int Columns; // length
        public int Inner;
        public int RowsPerItem; // row shape
        public int Width; // bits of the vectors
    }

    /// <summary>A group searches one row: each lane every n-th element, then lane 0 among the lanes' best.</summary>
    public static void Group(ArrayView<float> x, ArrayView<int> indices, Arguments arguments)
    {
        var values = SharedMemory.Allocate<float>(Lanes);
        var places = SharedMemory.Allocate<int>(Lanes);
        var lane = ILGPU.Group.IdxX;
        var row = x.SubView((long)Grid.IdxX * arguments.Columns, arguments.Columns);
        var best = lane < arguments.Columns ? row[lane] : float.NegativeInfinity;
        var place = lane;
        for (var i = lane + Lanes; i < arguments.Columns; i += Lanes)
        {
            if (IsBetter(row[i], best))
                (best, place) = (row[i], i);
        }
        values[lane] = best;
        places[lane] = place;
        ILGPU.Group.Barrier();
        if (lane != 0)
            return;
        for (var i = 1; i < Lanes && i < arguments.Columns; i++)
        {
            if (IsBetter(values[i], best) || (!IsBetter(best, values[i]) && places[i] < place))
                (best, place) = (values[i], places[i]);
        }
        indices[Grid.IdxX] = place;
    }

    /// <summary>Lane i searches one of several columns.</summary>
    public static void Lane(Index1D lane, ArrayView<float> x, ArrayView<int> indices, Arguments arguments)
    {
        var outer = lane.X / arguments.Inner;
        var origin = (long)outer * arguments.Columns * arguments.Inner + (lane.X - outer * arguments.Inner);
        var (best, place) = (x[origin], 0);
        for (var i = 1; i < arguments.Columns; i++)
        {
            var value = x[origin + (long)i * arguments.Inner];
            if (IsBetter(value, best))
                (best, place) = (value, i);
        }
        indices[lane] = place;
    }

    /// <summary>Whether a value goes before another by itself, wherever they stand.</summary>
    public static bool IsBetter(float value, float best) => value > best || (XMath.IsNaN(value) && !XMath.IsNaN(best));

    /// <summary>Item i searches a number of rows.</summary>
    public static void Part(Index1D item, ArrayView<float> x, ArrayView<int> indices, Arguments arguments) =>
        Search(item, x, indices, arguments);

    [IntrinsicImplementation]
    public static void Search(int item, ArrayView<float> x, ArrayView<int> indices, Arguments arguments)
    {
        var end = Math.Min(arguments.Rows, (item + 1) * arguments.RowsPerItem);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var values = x.Pointer() + (long)row * arguments.Columns * arguments.Inner;
            if (arguments.Inner > 1)
            {
                var target = indices.Pointer() + (long)row * arguments.Inner;
                SearchColumns(values, arguments.Columns, arguments.Inner, target);
                continue;
            }
            var largest = (SimdWidth)arguments.Width switch
            {
                SimdWidth.Bits512 => ReductionRows.Total<Vector512Lanes, MaxOf>(values, arguments.Columns),
                SimdWidth.Bits256 => ReductionRows.Total<Vector256Lanes, MaxOf>(values, arguments.Columns),
                _ => ReductionRows.Total<Vector128Lanes, MaxOf>(values, arguments.Columns),
            };
            indices[row] = Find(values, arguments.Columns, largest);
        }
    }

    // A panel of columns at a time, whose best values lie on the stack.
    [MethodImpl(MicroKernel.Options)]
    private static void SearchColumns(float* x, int length, int inner, int* indices)
    {
        const int Panel = 512;
        var best = stackalloc float[Panel];
        for (var column = 0; column < inner; column += Panel)
        {
            var count = Math.Min(Panel, inner - column);
            new Span<float>(x + column, count).CopyTo(new(best, count));
            new Span<int>(indices + column, count).Clear();
            for (var i = 1; i < length; i++)
            {
                var values = x + (long)i * inner + column;
                for (var c = 0; c < count; c++)
                {
                    if (!IsBetter(values[c], best[c]))
                        continue;
                    best[c] = values[c];
                    indices[column + c] = i;
                }
            }
        }
    }

    // Equal numbers have equal bits but for NaN and the two zeros; bits are searched for with vectors.
    private static int Find(float* values, int length, float wanted)
    {
        if (!float.IsNaN(wanted) && wanted != 0f)
            return new ReadOnlySpan<int>(values, length).IndexOf(BitConverter.SingleToInt32Bits(wanted));
        for (var i = 0; i < length; i++)
        {
            if (values[i].Equals(wanted) || values[i] == wanted)
                return i;
        }
        return 0;
    }
}
