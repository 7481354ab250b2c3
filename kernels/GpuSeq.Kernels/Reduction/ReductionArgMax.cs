using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// Where the largest element of each row stands: x [rows, columns] -> indices [rows]. The first of several; a NaN counts as
/// the largest.
/// </summary>
internal static unsafe class ReductionArgMax
{
    /// <summary>The lanes of a group.</summary>
    public const int Lanes = 128;

    /// <summary>The shape of a launch.</summary>
    public struct Arguments
    {
        public int Rows;
        public int Columns;
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

    private static bool IsBetter(float value, float best) => value > best || (XMath.IsNaN(value) && !XMath.IsNaN(best));

    /// <summary>Item i searches a number of rows.</summary>
    public static void Part(Index1D item, ArrayView<float> x, ArrayView<int> indices, Arguments arguments) =>
        Search(item, x, indices, arguments);

    [IntrinsicImplementation]
    public static void Search(int item, ArrayView<float> x, ArrayView<int> indices, Arguments arguments)
    {
        var end = Math.Min(arguments.Rows, (item + 1) * arguments.RowsPerItem);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var values = (float*)x.LoadEffectiveAddressAsPtr() + (long)row * arguments.Columns;
            var largest = (SimdWidth)arguments.Width switch
            {
                SimdWidth.Bits512 => ReductionRows.Total<Vector512Lanes, MaxOf>(values, arguments.Columns),
                SimdWidth.Bits256 => ReductionRows.Total<Vector256Lanes, MaxOf>(values, arguments.Columns),
                _ => ReductionRows.Total<Vector128Lanes, MaxOf>(values, arguments.Columns),
            };
            indices[row] = Find(values, arguments.Columns, largest);
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
