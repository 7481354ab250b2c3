using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The k largest on CPUs. An element and its place are one integer, larger for what goes first: no two are equal, and their
/// order is that of integers. A heap keeps the k largest, its least on top; vectors pass over what is below that one.
/// </summary>
internal static unsafe class TopKRows
{
    /// <summary>Item i searches a number of rows.</summary>
    public static void Part(
        Index1D item, ArrayView<float> x, ArrayView<float> values, ArrayView<int> indices, ArrayView<ulong> keys,
        TopKArguments arguments) => Search(item, x, values, indices, keys, arguments);

    [IntrinsicImplementation]
    public static void Search(
        int item, ArrayView<float> x, ArrayView<float> values, ArrayView<int> indices, ArrayView<ulong> keys, TopKArguments arguments)
    {
        var k = arguments.K;
        var end = (int)Math.Min(arguments.Rows, ((long)item + 1) * arguments.RowsPerItem);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var source = x.Pointer() + (long)row * arguments.Columns;
            var best = keys.Pointer() + (long)row * k;
            Select(source, arguments.Columns, best, k, arguments.Width);
            for (var j = 0; j < k; j++)
            {
                var place = Place(best[j]);
                indices[(long)row * k + j] = place;
                values[(long)row * k + j] = source[place];
            }
        }
    }

    /// <summary>The place that a key stands for.</summary>
    public static int Place(ulong key) => (int)~(uint)key;

    /// <summary>The k largest elements of a row as keys, the largest first.</summary>
    public static void Select(float* x, int count, ulong* best, int k, int width)
    {
        for (var i = 0; i < k; i++)
            best[i] = Key(x[i], i);
        for (var i = k / 2 - 1; i >= 0; i--)
            Sink(best, k, i);
        switch ((SimdWidth)width)
        {
            case SimdWidth.Bits512:
                SelectRest<Vector512Lanes>(x, count, best, k);
                break;
            case SimdWidth.Bits256:
                SelectRest<Vector256Lanes>(x, count, best, k);
                break;
            default:
                SelectRest<Vector128Lanes>(x, count, best, k);
                break;
        }
        new Span<ulong>(best, k).Sort();
        new Span<ulong>(best, k).Reverse();
    }

    [MethodImpl(MicroKernel.Options)]
    private static void SelectRest<TVector>(float* x, int count, ulong* best, int k)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var i = k;
        var least = x[Place(best[0])];
        for (; i + 4 * n <= count; i += 4 * n)
        {
            var left = TVector.Max(TVector.Load(x + i), TVector.Load(x + i + n));
            var right = TVector.Max(TVector.Load(x + i + 2 * n), TVector.Load(x + i + 3 * n));
            if (TVector.MaxLane(TVector.Max(left, right)) <= least) // an equal one comes later, so it is below
                continue;
            for (var j = i; j < i + 4 * n; j++)
                Take(x, j, best, k);
            least = x[Place(best[0])];
        }
        for (; i < count; i++)
            Take(x, i, best, k);
    }

    /// <summary>The places, in ascending order, of the elements whose keys are at least a bound; returns how many.</summary>
    public static int Collect(float* x, int count, ulong bound, int* places, int width) => (SimdWidth)width switch
    {
        SimdWidth.Bits512 => Collect<Vector512Lanes>(x, count, bound, places),
        SimdWidth.Bits256 => Collect<Vector256Lanes>(x, count, bound, places),
        _ => Collect<Vector128Lanes>(x, count, bound, places),
    };

    [MethodImpl(MicroKernel.Options)]
    private static int Collect<TVector>(float* x, int count, ulong bound, int* places)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var (found, i, least) = (0, 0, x[Place(bound)]);
        for (; i + 4 * n <= count; i += 4 * n)
        {
            var left = TVector.Max(TVector.Load(x + i), TVector.Load(x + i + n));
            var right = TVector.Max(TVector.Load(x + i + 2 * n), TVector.Load(x + i + 3 * n));
            if (TVector.MaxLane(TVector.Max(left, right)) < least)
                continue;
            for (var j = i; j < i + 4 * n; j++)
            {
                places[found] = j; // kept by the next line or overwritten
                found += Key(x[j], j) >= bound ? 1 : 0;
            }
        }
        for (; i < count; i++)
        {
            if (Key(x[i], i) >= bound)
                places[found++] = i;
        }
        return found;
    }

    private static void Take(float* x, int i, ulong* best, int k)
    {
        var key = Key(x[i], i);
        if (key <= best[0])
            return;
        best[0] = key;
        Sink(best, k, 0);
    }

    /// <summary>An element and its place. Upper half: the number; lower half: the place, the first above the others.</summary>
    public static ulong Key(float value, int place) => (ulong)OrderedBits.Of(value) << 32 | ~(uint)place;

    private static void Sink(ulong* heap, int count, int i)
    {
        var key = heap[i];
        for (var child = 2 * i + 1; child < count; child = 2 * i + 1)
        {
            if (child + 1 < count && heap[child + 1] < heap[child])
                child++;
            if (key <= heap[child])
                break;
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = key;
    }
}
