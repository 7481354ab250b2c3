using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Reductions over the last axis: x [rows, columns] -> y [rows, segments]. Long rows are cut into segments of a fixed
/// length, whose totals the next launch reduces, so that the order of a sum depends on its length alone. Pieces that lie
/// apart in x, of that length at most, are segments too: their beginnings and lengths come in pairs.
/// </summary>
internal static unsafe class ReductionRows
{
    /// <summary>The length of a segment.</summary>
    public const int SegmentLength = 16 * 1024;

    /// <summary>The most lanes of a group.</summary>
    public const int MaxLanes = 256;

    private const int LanesPerStep = 16;

    /// <summary>The shape of a launch.</summary>
    public struct Arguments
    {
        public int Rows;
        public int Columns;
        public int Segments; // per row
        public int Operation;
        public int SegmentsPerItem; // row shape
        public int Width; // bits of the vectors
        public ReductionFinish Finish;

        public readonly int Units => Rows * Segments;
    }

    /// <summary>A group reduces one segment: each lane every n-th element, then 16 totals at a time in shared memory.</summary>
    public static void Group<TReduction>(ArrayView<float> x, ArrayView<float> y, ArrayView<int> pieces, Arguments arguments)
        where TReduction : struct, IReduction
    {
        var totals = SharedMemory.Allocate<float>(MaxLanes);
        var joinedTotals = SharedMemory.Allocate<float>(MaxLanes / LanesPerStep);
        var unit = Grid.IdxX;
        var lane = ILGPU.Group.IdxX;
        var lanes = ILGPU.Group.DimX;
        var segment = unit % arguments.Segments * SegmentLength;
        var left = arguments.Columns - segment;
        var begin = pieces.Length > 0 ? pieces[2 * unit] : (long)(unit / arguments.Segments) * arguments.Columns + segment;
        var length = pieces.Length > 0 ? pieces[2 * unit + 1] : left < SegmentLength ? left : SegmentLength;
        var total = new ScalarLane(TReduction.Identity);
        for (var i = lane; i < length; i += lanes)
            total = TReduction.Take(total, new ScalarLane(x[begin + i]));
        totals[lane] = total.Value;
        ILGPU.Group.Barrier();
        var joined = new ScalarLane(TReduction.Identity);
        if (lane < lanes / LanesPerStep)
        {
            for (var i = 0; i < LanesPerStep; i++)
                joined = TReduction.Join(joined, new ScalarLane(totals[lane * LanesPerStep + i]));
            joinedTotals[lane] = joined.Value;
        }
        ILGPU.Group.Barrier();
        if (lane != 0)
            return;
        for (var i = 1; i < lanes / LanesPerStep; i++)
            joined = TReduction.Join(joined, new ScalarLane(joinedTotals[i]));
        y[unit] = arguments.Finish.Result(joined.Value, y[unit]);
    }

    /// <summary>Item i reduces a number of segments.</summary>
    public static void Part(Index1D item, ArrayView<float> x, ArrayView<float> y, ArrayView<int> pieces, Arguments arguments) =>
        Reduce(item, x, y, pieces, arguments);

    [IntrinsicImplementation]
    public static void Reduce(int item, ArrayView<float> x, ArrayView<float> y, ArrayView<int> pieces, Arguments arguments)
    {
        switch ((ReductionOperation)arguments.Operation)
        {
            case ReductionOperation.Sum: Reduce<SumOf<PlainTerm>>(item, x, y, pieces, ref arguments); break;
            case ReductionOperation.SumOfSquares: Reduce<SumOf<SquareTerm>>(item, x, y, pieces, ref arguments); break;
            case ReductionOperation.SumOfMagnitudes: Reduce<SumOf<MagnitudeTerm>>(item, x, y, pieces, ref arguments); break;
            case ReductionOperation.Max: Reduce<MaxOf>(item, x, y, pieces, ref arguments); break;
            default: Reduce<MaxMagnitudeOf>(item, x, y, pieces, ref arguments); break;
        }
    }

    private static void Reduce<TReduction>(int item, ArrayView<float> x, ArrayView<float> y, ArrayView<int> pieces, ref Arguments arguments)
        where TReduction : struct, IReduction
    {
        var source = x.Pointer();
        var target = y.Pointer();
        var end = Math.Min(arguments.Units, (item + 1) * arguments.SegmentsPerItem);
        for (var unit = item * arguments.SegmentsPerItem; unit < end; unit++)
        {
            var (row, segment) = Math.DivRem(unit, arguments.Segments);
            var length = Math.Min(SegmentLength, arguments.Columns - segment * SegmentLength);
            var values = source + (long)row * arguments.Columns + segment * SegmentLength;
            if (pieces.Length > 0)
            {
                var piece = pieces.Pointer() + 2L * unit;
                values = source + piece[0];
                length = piece[1];
            }
            var total = (SimdWidth)arguments.Width switch
            {
                SimdWidth.Bits512 => Total<Vector512Lanes, TReduction>(values, length),
                SimdWidth.Bits256 => Total<Vector256Lanes, TReduction>(values, length),
                _ => Total<Vector128Lanes, TReduction>(values, length),
            };
            target[unit] = arguments.Finish.Result(total, target[unit]);
        }
    }

    /// <summary>The total of a row or a segment: four vectors of totals, joined in a fixed order.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static float Total<TVector, TReduction>(float* values, int length)
        where TVector : struct, IVector<TVector>
        where TReduction : struct, IReduction
    {
        var n = TVector.Count;
        var t0 = TVector.Broadcast(TReduction.Identity);
        TVector t1 = t0, t2 = t0, t3 = t0;
        var i = 0;
        for (; i + 4 * n <= length; i += 4 * n)
        {
            t0 = TReduction.Take(t0, TVector.Load(values + i));
            t1 = TReduction.Take(t1, TVector.Load(values + i + n));
            t2 = TReduction.Take(t2, TVector.Load(values + i + 2 * n));
            t3 = TReduction.Take(t3, TVector.Load(values + i + 3 * n));
        }
        for (; i + n <= length; i += n)
            t0 = TReduction.Take(t0, TVector.Load(values + i));
        if (i < length)
            t1 = TReduction.TakePartial(t1, values + i, length - i);
        return TReduction.Lanes(TReduction.Join(TReduction.Join(t0, t1), TReduction.Join(t2, t3)));
    }
}
