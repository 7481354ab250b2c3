using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

internal struct Float4
{
    public float A;
    public float B;
    public float C;
    public float D;
}

/// <summary>Views, arrays, references, shared memory and atomic operations.</summary>
internal static class MemoryKernels
{
    public const int Stride = 40;

    public static void Arrays(ArrayView<int> input, ArrayView<float> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var results = new Results<float>(output, lane * Stride);
        var zeros = new float[8];
        int[] constants = [3, 1, 4, 1, 5, 9, 2, 6];
        var weights = new[] { 0.5f, -1.25f, 1e10f, float.NaN };
        var local = LocalMemory.Allocate<float>(8);
        var points = new Point[3];
        for (var i = 0; i < zeros.Length; i++)
        {
            local[i] = constants[(i + lane) & 7];
            zeros[i] += local[i] * i;
        }
        points[1] = new(lane, 2);
        points[lane % 3] = points[1] + points[1];
        results.Add(zeros[input[lane] & 7]);
        results.Add(weights[lane & 3]);
        results.Add(points[0].X + points[1].X * 10 + points[2].Y * 100);
        results.Add(constants.Length + Total(local) + Last(zeros));
        ref var element = ref zeros[lane & 7];
        element = 100;
        Swap(ref element, ref local[3]);
        results.Add(zeros[lane & 7] + local[3] + element);
        ref var chosen = ref lane % 2 == 0 ? ref zeros[1] : ref zeros[2];
        chosen = -1;
        results.Add(zeros[1] * 10 + zeros[2]);
        Larger(ref zeros[0], ref zeros[5]) = 1000;
        results.Add(zeros[0] + zeros[5]);
        for (var i = 0; i < 2; i++)
        {
            var fresh = new int[3];
            fresh[i] += i + 1;
            results.Add(fresh[0] + 10 * fresh[1] + 100 * fresh[2]);
        }
    }

    private static float Total(ArrayView<float> view)
    {
        var sum = 0f;
        for (var i = 0; i < view.Length; i++)
            sum += view[i];
        return sum;
    }

    private static float Last(float[] values) => values[7];

    private static void Swap(ref float left, ref float right) => (left, right) = (right, left);

    private static ref float Larger(ref float left, ref float right) => ref left > right ? ref left : ref right;

    public static void Views(ArrayView<float> input, ArrayView<float> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var results = new Results<float>(output, lane * Stride);
        var part = input.SubView(lane * 4, 8);
        results.Add(part[0] + part[7L] + part.Length + part.LengthInBytes + part.IntLength + input.SubView(8).IntLength);
        var fours = input.Cast<Float4>();
        var four = fours[lane];
        results.Add(four.A + four.B * 10 + four.C * 100 + four.D * 1000);
        results.Add(fours.IntLength);
        results.Add(input.Cast<int>()[lane] >> 20);
        results.Add(input.Cast<byte>()[4 * lane + 3]);
        results.Add(part.Cast<Point>()[1].Y);
        ref var place = ref lane % 2 == 0 ? ref output[lane * Stride + 20] : ref output[lane * Stride + 21];
        place = 5;
        place += lane;
        results.Add(new Index1D(3) + part[new Index1D(2)]);
        var empty = default(ArrayView<float>);
        results.Add(empty.Length + (empty.IsValid ? 1 : 2));
        var chosen = lane % 3 == 0 ? part : input;
        results.Add(chosen[1] + chosen.IntLength);
        ArrayView1D<float, Stride1D.Dense> dense = part;
        results.Add(dense[2] + dense.IntLength);
    }

    public static void Copy16Bytes(ArrayView<float> input, ArrayView<float> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var value = input.Cast<Float4>()[lane];
        value.B += 1f;
        output.Cast<Float4>()[lane] = value;
    }

    // Each call of a helper has shared memory of its own, and so has each view.
    public static void Shared(ArrayView<int> input, ArrayView<int> output)
    {
        var lane = Group.IdxX;
        var first = Reversed(input[Grid.GlobalLinearIndex]);
        var before = SharedMemory.Allocate<long>(16);
        before[lane] = lane;
        ref var single = ref SharedMemory.Allocate<int>();
        if (lane == 1)
            single = input[0] + Grid.IdxX;
        var second = Reversed(first + 1);
        Group.Barrier();
        var fours = SharedMemory.Allocate<Float4>(16);
        fours[lane].C = lane;
        Group.Barrier();
        var next = (lane + 1) % Group.DimX;
        output[Grid.GlobalLinearIndex] = first + 1000 * second + single * 7 + (int)before[next] * 100000 + (int)fours[next].C;
    }

    private static int Reversed(int value)
    {
        var shared = SharedMemory.Allocate<int>(16);
        shared[Group.IdxX] = value;
        Group.Barrier();
        return shared[Group.DimX - 1 - Group.IdxX];
    }

    public static void Atomics(
        ArrayView<int> ints, ArrayView<uint> uints, ArrayView<long> longs, ArrayView<ulong> ulongs, ArrayView<float> floats,
        ArrayView<double> doubles)
    {
        var lane = Grid.GlobalLinearIndex;
        var sharedInts = SharedMemory.Allocate<int>(8);
        var sharedUints = SharedMemory.Allocate<uint>(8);
        var sharedLongs = SharedMemory.Allocate<long>(8);
        var sharedUlongs = SharedMemory.Allocate<ulong>(8);
        var sharedFloats = SharedMemory.Allocate<float>(8);
        var sharedDoubles = SharedMemory.Allocate<double>(8);
        var i = Group.IdxX;
        if (i < 8)
        {
            (sharedInts[i], sharedUints[i], sharedLongs[i]) = (0, 0, 0);
            (sharedUlongs[i], sharedFloats[i], sharedDoubles[i]) = (0, 0, 0);
        }
        Group.Barrier();
        Ints(ints, lane);
        Ints(sharedInts, lane);
        Uints(uints, (uint)lane);
        Uints(sharedUints, (uint)lane);
        Longs(longs, lane);
        Longs(sharedLongs, lane);
        Ulongs(ulongs, (ulong)lane);
        Ulongs(sharedUlongs, (ulong)lane);
        Floats(floats, lane);
        Floats(sharedFloats, lane);
        Doubles(doubles, lane);
        Doubles(sharedDoubles, lane);
        Group.Barrier();
        MemoryFence.GroupLevel();
        if (Grid.IdxX != 0 || i >= 8)
            return;
        ints[8 + i] = sharedInts[i];
        uints[8 + i] = sharedUints[i];
        longs[8 + i] = sharedLongs[i];
        ulongs[8 + i] = sharedUlongs[i];
        floats[8 + i] = sharedFloats[i];
        doubles[8 + i] = sharedDoubles[i];
    }

    private static void Ints(ArrayView<int> at, int lane)
    {
        Atomic.Add(ref at[0], lane);
        Atomic.Max(ref at[1], lane);
        Atomic.Min(ref at[2], -lane);
        Atomic.Or(ref at[3], 1 << (lane & 15));
        Atomic.Xor(ref at[4], lane * 3);
        Atomic.And(ref at[5], ~lane);
        Atomic.Exchange(ref at[6], 9);
        Atomic.CompareExchange(ref at[7], 0, 77);
    }

    private static void Uints(ArrayView<uint> at, uint lane)
    {
        Atomic.Add(ref at[0], lane);
        Atomic.Max(ref at[1], lane);
        Atomic.Min(ref at[2], lane);
        Atomic.Or(ref at[3], 1u << (int)(lane & 31));
        Atomic.Xor(ref at[4], lane * 3);
        Atomic.And(ref at[5], ~lane);
        Atomic.Exchange(ref at[6], 4000000000);
        Atomic.CompareExchange(ref at[7], 0, 77);
    }

    private static void Longs(ArrayView<long> at, int lane)
    {
        Atomic.Add(ref at[0], (long)lane << 33);
        Atomic.Max(ref at[1], (long)lane << 33);
        Atomic.Min(ref at[2], -(long)lane << 33);
        Atomic.Or(ref at[3], 1L << (lane & 63));
        Atomic.Xor(ref at[4], lane * 3L);
        Atomic.And(ref at[5], ~lane);
        Atomic.Exchange(ref at[6], -9);
        Atomic.CompareExchange(ref at[7], 0, long.MinValue);
    }

    private static void Ulongs(ArrayView<ulong> at, ulong lane)
    {
        Atomic.Add(ref at[0], lane << 33);
        Atomic.Max(ref at[1], lane << 33);
        Atomic.Min(ref at[2], lane);
        Atomic.Or(ref at[3], 1ul << (int)(lane & 63));
        Atomic.Xor(ref at[4], lane * 3);
        Atomic.And(ref at[5], ~lane);
        Atomic.Exchange(ref at[6], ulong.MaxValue);
        Atomic.CompareExchange(ref at[7], 0, 5);
    }

    private static void Floats(ArrayView<float> at, int lane)
    {
        Atomic.Add(ref at[0], lane * 0.5f);
        Atomic.Max(ref at[1], lane);
        Atomic.Min(ref at[2], -lane);
        Atomic.Exchange(ref at[3], 2.5f);
        Atomic.CompareExchange(ref at[4], 0, -3.5f);
        if (Atomic.Add(ref at[5], 0f) != 0)
            at[6] = 1;
    }

    private static void Doubles(ArrayView<double> at, int lane)
    {
        Atomic.Add(ref at[0], lane * 0.5);
        Atomic.Max(ref at[1], lane);
        Atomic.Min(ref at[2], -lane);
        Atomic.Exchange(ref at[3], 2.5);
        Atomic.CompareExchange(ref at[4], 0, -3.5);
    }
}
