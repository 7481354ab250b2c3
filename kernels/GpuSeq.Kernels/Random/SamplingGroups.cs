using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>
/// Draws from logits on GPUs, a group for each row. What the options leave is found without sorting: the least number that is
/// left, bit by bit, and of equal ones the last place, so that the elements from there on are k, or have the share p.
/// </summary>
internal static class SamplingGroups
{
    /// <summary>What is left: numbers above a bound, and such as are equal to it up to a place.</summary>
    private struct Bound
    {
        public uint Bits;
        public int Place;
    }

    /// <summary>How an element counts: 1 for each, or e to the power of its logit.</summary>
    private struct Weighing
    {
        public float Max;
        public float Inverse;
        public int IsCount;
    }

    /// <summary>Group i draws from row i, or filters it.</summary>
    public static void Row(ArrayView<float> logits, ArrayView<int> choices, ArrayView<float> y, SamplingArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var row = logits.SubView((long)Grid.IdxX * arguments.Columns, arguments.Columns);
        var max = float.NegativeInfinity;
        for (var i = Group.IdxX; i < arguments.Columns; i += GroupReduce.Lanes)
            max = GroupReduce.Larger(max, row[i]);
        max = GroupReduce.Max(shared, max);
        var isCertain = !XMath.IsFinite(max);
        var weighing = new Weighing { Max = max, Inverse = arguments.InverseTemperature };
        var bound = new Bound { Bits = 0, Place = arguments.Columns };
        var kept = isCertain ? 1 : arguments.Kept;
        if (kept < arguments.Columns)
            bound = Find(row, kept, new() { IsCount = 1 }, shared);
        if (arguments.Share < 1f && !isCertain)
            bound = Find(row, arguments.Share * Sum(row, bound, weighing, shared), weighing, shared);
        if (y.Length > 0)
            Filter(row, y.SubView((long)Grid.IdxX * arguments.Columns, arguments.Columns), bound, weighing.Inverse);
        if (choices.Length == 0)
            return;
        if (isCertain)
            weighing.IsCount = 1; // the only one
        var words = Philox.Block((ulong)(Grid.IdxX / 4), arguments.Random.Number, arguments.Random.Seed);
        var word = Grid.IdxX % 4;
        var unit = ScalarLane.Unit(word == 0 ? words.W0 : word == 1 ? words.W1 : word == 2 ? words.W2 : words.W3).Value;
        Choose(row, bound, weighing, unit, choices, shared);
    }

    // The highest bound whose elements weigh enough together.
    private static Bound Find(ArrayView<float> row, float enough, Weighing weighing, ArrayView<float> shared)
    {
        var bound = new Bound { Bits = 0, Place = row.IntLength };
        for (var bit = 31; bit >= 0; bit--)
        {
            var candidate = bound;
            candidate.Bits |= 1u << bit;
            if (Sum(row, candidate, weighing, shared) >= enough)
                bound = candidate;
        }
        var (low, high) = (0, row.IntLength - 1);
        while (low < high)
        {
            bound.Place = (low + high) / 2;
            if (Sum(row, bound, weighing, shared) >= enough)
                high = bound.Place;
            else
                low = bound.Place + 1;
        }
        bound.Place = low;
        return bound;
    }

    private static float Sum(ArrayView<float> row, Bound bound, Weighing weighing, ArrayView<float> shared)
    {
        var sum = 0f;
        for (var i = Group.IdxX; i < row.IntLength; i += GroupReduce.Lanes)
            sum += Weight(row[i], i, bound, weighing);
        var total = GroupReduce.Sum(shared, sum);
        Group.Barrier(); // before the next sum writes
        return total;
    }

    private static float Weight(float x, int place, Bound bound, Weighing weighing) =>
        !IsLeft(x, place, bound) ? 0f : weighing.IsCount != 0 ? 1f : MathF.Exp((x - weighing.Max) * weighing.Inverse);

    private static bool IsLeft(float x, int place, Bound bound)
    {
        var bits = OrderedBits.Of(x);
        return bits > bound.Bits || (bits == bound.Bits && place <= bound.Place);
    }

    private static void Filter(ArrayView<float> row, ArrayView<float> y, Bound bound, float inverse)
    {
        for (var i = Group.IdxX; i < row.IntLength; i += GroupReduce.Lanes)
            y[i] = IsLeft(row[i], i, bound) ? row[i] * inverse : float.NegativeInfinity;
    }

    // A lane sums a part of the row; the first part at whose end the sum exceeds the wanted one is searched by its lane.
    private static void Choose(
        ArrayView<float> row, Bound bound, Weighing weighing, float unit, ArrayView<int> choices, ArrayView<float> shared)
    {
        var length = (row.IntLength + GroupReduce.Lanes - 1) / GroupReduce.Lanes;
        var begin = Group.IdxX * length;
        var end = begin + length < row.IntLength ? begin + length : row.IntLength;
        var part = 0f;
        for (var i = begin; i < end; i++)
            part += Weight(row[i], i, bound, weighing);
        shared[Group.IdxX] = part;
        Group.Barrier();
        var total = 0f;
        for (var lane = 0; lane < GroupReduce.Lanes; lane++)
            total += shared[lane];
        var wanted = unit * total;
        var (sum, before, chosen) = (0f, 0f, 0);
        for (var lane = 0; lane < GroupReduce.Lanes && sum <= wanted; lane++)
        {
            if (shared[lane] > 0f)
                (before, chosen) = (sum, lane);
            sum += shared[lane];
        }
        if (Group.IdxX != chosen)
            return;
        var place = begin;
        for (var i = begin; i < end && before <= wanted; i++)
        {
            var weight = Weight(row[i], i, bound, weighing);
            if (weight > 0f)
                place = i;
            before += weight;
        }
        choices[Grid.IdxX] = place;
    }
}
