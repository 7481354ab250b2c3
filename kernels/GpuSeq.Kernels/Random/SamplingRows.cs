using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Draws from logits on CPUs. What options leave are the elements whose keys, as in <see cref="TopKRows"/>, are at least a bound.
/// </summary>
internal static unsafe class SamplingRows
{
    private const int Buckets = 256; // of weights, by the exponents below the largest
    private const float BucketsPerUnit = 4f;
    private const int BlockLength = 512; // of the sums of an unrestricted row, so that a draw looks into one block only

    /// <summary>Item i draws from some rows, or filters them.</summary>
    public static void Part(
        Index1D item, ArrayView<float> logits, ArrayView<int> choices, ArrayView<float> y, ArrayView<ulong> keys,
        SamplingArguments arguments) => Draw(item, logits, choices, y, keys, arguments);

    [IntrinsicImplementation]
    public static void Draw(
        int item, ArrayView<float> logits, ArrayView<int> choices, ArrayView<float> y, ArrayView<ulong> keys, SamplingArguments arguments)
    {
        var columns = arguments.Columns;
        var kept = keys.Length > 0 ? keys.Pointer() + (long)item * arguments.KeysPerItem : null;
        var end = (int)Math.Min(arguments.Rows, ((long)item + 1) * arguments.RowsPerItem);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var x = logits.Pointer() + (long)row * columns;
            ulong largest;
            TopKRows.Select(x, columns, &largest, 1, arguments.Width);
            var place = TopKRows.Place(largest);
            var isCertain = !float.IsFinite(x[place]) || arguments.Kept == 1;
            var bound = isCertain ? largest : kept == null ? 0 : Bound(x, x[place], kept, ref arguments);
            if (y.Length > 0)
                Filter(x, y.Pointer() + (long)row * columns, bound, ref arguments);
            if (choices.Length == 0)
                continue;
            if (!isCertain)
            {
                var block = Philox.Block((ulong)row / 4, arguments.Random.Number, arguments.Random.Seed);
                var unit = ScalarLane.Unit(((uint*)&block)[row % 4]).Value;
                place = bound == 0 ? Choose(x, x[place], unit, ref arguments) : Choose(x, x[place], bound, (int*)kept, unit, ref arguments);
            }
            choices[row] = place;
        }
    }

    // The least key that top-k and top-p leave.
    private static ulong Bound(float* x, float max, ulong* keys, ref SamplingArguments arguments)
    {
        if (arguments.Kept == arguments.Columns)
            return BoundOfNucleus(x, max, keys, ref arguments);
        TopKRows.Select(x, arguments.Columns, keys, arguments.Kept, arguments.Width);
        if (arguments.Share >= 1f)
            return keys[arguments.Kept - 1];
        var total = 0f;
        for (var i = 0; i < arguments.Kept; i++)
            total += Weight(x[TopKRows.Place(keys[i])], max, ref arguments);
        return Reach(x, max, keys, arguments.Kept, 0f, arguments.Share * total, ref arguments);
    }

    // Weights are summed by the size of the exponent; only where the share is reached does the order within matter.
    private static ulong BoundOfNucleus(float* x, float max, ulong* keys, ref SamplingArguments arguments)
    {
        var sums = stackalloc float[Buckets];
        new Span<float>(sums, Buckets).Clear();
        for (var i = 0; i < arguments.Columns; i++)
            sums[Bucket(x[i], max, ref arguments)] += Weight(x[i], max, ref arguments);
        var total = 0f;
        for (var b = 0; b < Buckets; b++)
            total += sums[b];
        var (bucket, sum, wanted) = (0, 0f, arguments.Share * total);
        var last = Buckets - 1;
        while (sums[last] == 0f)
            last--;
        while (bucket < last && sum + sums[bucket] < wanted)
            sum += sums[bucket++];
        var count = 0;
        for (var i = 0; i < arguments.Columns; i++)
        {
            if (Bucket(x[i], max, ref arguments) == bucket)
                keys[count++] = TopKRows.Key(x[i], i);
        }
        new Span<ulong>(keys, count).Sort();
        new Span<ulong>(keys, count).Reverse();
        return Reach(x, max, keys, count, sum, wanted, ref arguments);
    }

    private static int Bucket(float x, float max, ref SamplingArguments arguments)
    {
        var depth = (max - x) * arguments.InverseTemperature * BucketsPerUnit;
        return depth < Buckets - 1 ? (int)depth : Buckets - 1;
    }

    // The first of sorted keys at which the sum of weights is as wanted.
    private static ulong Reach(float* x, float max, ulong* keys, int count, float sum, float wanted, ref SamplingArguments arguments)
    {
        for (var i = 0; i < count; i++)
        {
            sum += Weight(x[TopKRows.Place(keys[i])], max, ref arguments);
            if (sum >= wanted)
                return keys[i];
        }
        return keys[count - 1];
    }

    private static float Weight(float x, float max, ref SamplingArguments arguments) =>
        VectorMath.ExpOfNegative(new ScalarLane((x - max) * arguments.InverseTemperature)).Value;

    // The choice among elements from a bound on.
    private static int Choose(float* x, float max, ulong bound, int* places, float unit, ref SamplingArguments arguments)
    {
        var count = TopKRows.Collect(x, arguments.Columns, bound, places, arguments.Width);
        var total = 0f;
        for (var i = 0; i < count; i++)
            total += Weight(x[places[i]], max, ref arguments);
        var sum = 0f;
        for (var i = 0; i < count; i++)
        {
            sum += Weight(x[places[i]], max, ref arguments);
            if (sum > unit * total)
                return places[i];
        }
        return places[count - 1]; // the sums differ by rounding
    }

    // The choice in a whole row: first the block, by the blocks' sums, then the element.
    private static int Choose(float* x, float max, float unit, ref SamplingArguments arguments)
    {
        var wanted = unit * SumWeights(x, arguments.Columns, max, ref arguments);
        var (sum, last) = (0f, 0);
        for (var begin = 0; begin < arguments.Columns; begin += BlockLength)
        {
            var end = Math.Min(begin + BlockLength, arguments.Columns);
            var blockSum = SumBlock(x + begin, end - begin, max, ref arguments);
            if (blockSum > 0f)
                last = begin;
            if (sum + blockSum > wanted)
                break;
            sum += blockSum;
        }
        var place = last;
        for (var i = last; i < Math.Min(last + BlockLength, arguments.Columns); i++)
        {
            var weight = Weight(x[i], max, ref arguments);
            if (weight > 0f)
                place = i;
            sum += weight;
            if (sum > wanted)
                break;
        }
        return place;
    }

    private static float SumWeights(float* x, int count, float max, ref SamplingArguments arguments)
    {
        var sum = 0f;
        for (var begin = 0; begin < count; begin += BlockLength)
            sum += SumBlock(x + begin, Math.Min(BlockLength, count - begin), max, ref arguments);
        return sum;
    }

    private static float SumBlock(float* x, int count, float max, ref SamplingArguments arguments) => (SimdWidth)arguments.Width switch
    {
        SimdWidth.Bits512 => SumBlock<Vector512Lanes>(x, count, max, arguments.InverseTemperature),
        SimdWidth.Bits256 => SumBlock<Vector256Lanes>(x, count, max, arguments.InverseTemperature),
        _ => SumBlock<Vector128Lanes>(x, count, max, arguments.InverseTemperature),
    };

    [MethodImpl(MicroKernel.Options)]
    private static float SumBlock<V>(float* x, int count, float max, float inverse)
        where V : struct, IVector<V>
    {
        var (shift, scale) = (V.Broadcast(max), V.Broadcast(inverse));
        var sum = V.Zero;
        var i = 0;
        for (; i + V.Count <= count; i += V.Count)
            sum += VectorMath.ExpOfNegative((V.Load(x + i) - shift) * scale);
        if (i < count)
            sum += VectorMath.ExpOfNegative((VectorMath.LoadPartial<V>(x + i, count - i, float.NegativeInfinity) - shift) * scale);
        return V.Sum(sum);
    }

    private static void Filter(float* x, float* y, ulong bound, ref SamplingArguments arguments)
    {
        for (var i = 0; i < arguments.Columns; i++)
            y[i] = TopKRows.Key(x[i], i) >= bound ? x[i] * arguments.InverseTemperature : float.NegativeInfinity;
    }
}
