using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// Draws from logits on CPUs. Where options leave only some, their keys are selected, the largest first: all of top-k, or for a
/// nucleus some, and more until they have its share.
/// </summary>
internal static unsafe class SamplingRows
{
    private const int FirstSelection = 64;
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
        var kept = keys.Length > 0 ? (ulong*)keys.LoadEffectiveAddressAsPtr() + (long)item * arguments.KeysPerItem : null;
        var end = (int)Math.Min(arguments.Rows, ((long)item + 1) * arguments.RowsPerItem);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var x = (float*)logits.LoadEffectiveAddressAsPtr() + (long)row * columns;
            ulong largest;
            TopKRows.Select(x, columns, &largest, 1, arguments.Width);
            var place = TopKRows.Place(largest);
            var isCertain = !float.IsFinite(x[place]) || arguments.Kept == 1;
            var count = isCertain ? 1 : kept == null ? columns : Keep(x, x[place], kept, ref arguments);
            if (y.Length > 0)
                Filter(x, (float*)y.LoadEffectiveAddressAsPtr() + (long)row * columns, isCertain ? &largest : kept, count, ref arguments);
            if (choices.Length == 0)
                continue;
            if (!isCertain)
            {
                var block = Philox.Block((ulong)row / 4, arguments.Call, arguments.Seed);
                var unit = ScalarLane.Unit(((uint*)&block)[row % 4]).Value;
                place = kept == null ? Choose(x, x[place], unit, ref arguments) : Choose(x, x[place], kept, count, unit, ref arguments);
            }
            choices[row] = place;
        }
    }

    // Keys of what top-k and top-p leave; returns how many.
    private static int Keep(float* x, float max, ulong* keys, ref SamplingArguments arguments)
    {
        var isWhole = arguments.Kept == arguments.Columns;
        var total = isWhole ? SumWeights(x, arguments.Columns, max, ref arguments) : 0f;
        var count = isWhole ? Math.Min(FirstSelection, arguments.Kept) : arguments.Kept;
        while (true)
        {
            TopKRows.Select(x, arguments.Columns, keys, count, arguments.Width);
            if (arguments.Share >= 1f)
                return count;
            if (!isWhole)
            {
                for (var i = 0; i < count; i++)
                    total += Weight(x[TopKRows.Place(keys[i])], max, ref arguments);
            }
            var sum = 0f;
            for (var i = 0; i < count; i++)
            {
                sum += Weight(x[TopKRows.Place(keys[i])], max, ref arguments);
                if (sum >= arguments.Share * total)
                    return i + 1;
            }
            if (!isWhole || count == arguments.Columns)
                return count;
            count = Math.Min(8 * count, arguments.Columns);
        }
    }

    private static float Weight(float x, float max, ref SamplingArguments arguments) =>
        VectorMath.Exp(new ScalarLane((x - max) * arguments.InverseTemperature)).Value;

    // The choice among kept elements, in the order of their columns.
    private static int Choose(float* x, float max, ulong* keys, int count, float unit, ref SamplingArguments arguments)
    {
        var total = 0f;
        for (var i = 0; i < count; i++)
            keys[i] = (ulong)TopKRows.Place(keys[i]);
        new Span<ulong>(keys, count).Sort();
        for (var i = 0; i < count; i++)
            total += Weight(x[keys[i]], max, ref arguments);
        var sum = 0f;
        for (var i = 0; i < count; i++)
        {
            sum += Weight(x[keys[i]], max, ref arguments);
            if (sum > unit * total)
                return (int)keys[i];
        }
        return (int)keys[count - 1]; // the sums differ by rounding
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
            sum += VectorMath.Exp((V.Load(x + i) - shift) * scale);
        if (i < count)
            sum += VectorMath.Exp((VectorMath.LoadPartial<V>(x + i, count - i, float.NegativeInfinity) - shift) * scale);
        return V.Sum(sum);
    }

    private static void Filter(float* x, float* y, ulong* keys, int count, ref SamplingArguments arguments)
    {
        if (keys == null)
        {
            for (var i = 0; i < count; i++)
                y[i] = x[i] * arguments.InverseTemperature;
            return;
        }
        new Span<float>(y, arguments.Columns).Fill(float.NegativeInfinity);
        for (var i = 0; i < count; i++)
            y[TopKRows.Place(keys[i])] = x[TopKRows.Place(keys[i])] * arguments.InverseTemperature;
    }
}
