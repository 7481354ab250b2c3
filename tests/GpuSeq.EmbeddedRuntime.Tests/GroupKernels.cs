using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>Explicitly grouped kernels: each shows one thing that groups do.</summary>
internal static class GroupKernels
{
    public const int Tile = 16;

    // c = a b for n x n matrices: tiles in shared memory, two barriers for each.
    public static void TiledGemm(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int n)
    {
        var tileA = SharedMemory.Allocate<float>(Tile * Tile);
        var tileB = SharedMemory.Allocate<float>(Tile * Tile);
        var (x, y) = (Group.IdxX, Group.IdxY);
        var (column, row) = (Grid.IdxX * Tile + x, Grid.IdxY * Tile + y);
        var sum = 0f;
        for (var k = 0; k < n; k += Tile)
        {
            tileA[y * Tile + x] = row < n && k + x < n ? a[row * n + k + x] : 0;
            tileB[y * Tile + x] = k + y < n && column < n ? b[(k + y) * n + column] : 0;
            Group.Barrier();
            for (var i = 0; i < Tile; i++)
                sum += tileA[y * Tile + i] * tileB[i * Tile + x];
            Group.Barrier();
        }
        if (row < n && column < n)
            c[row * n + column] = sum;
    }

    public static void Indices(ArrayView<int> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var size = Group.DimX * Group.DimY * Group.DimZ;
        var linear = Group.IdxX + Group.DimX * (Group.IdxY + Group.DimY * Group.IdxZ);
        var group = Grid.IdxX + Grid.DimX * (Grid.IdxY + Grid.DimY * Grid.IdxZ);
        var right = linear == Group.LinearIndex && group == Grid.LinearIndex && lane == group * size + linear
            && Group.Dimension.Size == size && Group.Index.Y == Group.IdxY && Grid.Index.Z == Grid.IdxZ
            && Grid.Dimension.X == Grid.DimX && Grid.GlobalIndex.X == Grid.IdxX * Group.DimX + Group.IdxX
            && Group.IsFirstThread == (linear == 0) && Group.IsLastThread == (linear == size - 1)
            && Warp.LaneIdx == linear % Warp.WarpSize && Warp.WarpIdx == linear / Warp.WarpSize
            && Warp.IsFirstLane == (Warp.LaneIdx == 0) && Warp.IsLastLane == (Warp.LaneIdx == Warp.WarpSize - 1);
        output[lane] += right ? 1 : -1;
    }

    // Sums a group's values with a tree in shared memory; values go around through every lane.
    public static void SumTree(ArrayView<int> input, ArrayView<int> output)
    {
        var shared = SharedMemory.Allocate<int>(1024);
        var lane = Group.LinearIndex;
        shared[lane] = input[Grid.GlobalLinearIndex];
        for (var width = 512; width > 0; width >>= 1)
        {
            Group.Barrier();
            if (lane < width && lane + width < Group.Dimension.Size)
                shared[lane] += shared[lane + width];
        }
        Group.Barrier();
        if (lane == 0)
            output[Grid.LinearIndex] = shared[0];
    }

    public static void Predicates(ArrayView<int> output, int threshold)
    {
        var lane = Group.IdxX;
        var below = lane < threshold;
        var count = Group.BarrierPopCount(below);
        var all = Group.BarrierAnd(below);
        var any = Group.BarrierOr(below);
        var value = Group.Broadcast(lane * 10L + 3, 5);
        output[Grid.GlobalLinearIndex] = count + (all ? 10_000 : 0) + (any ? 100_000 : 0) + (int)value * 1_000_000;
    }

    public static void Shuffles(ArrayView<int> output, int kind, int delta, int width)
    {
        var value = 1000 + Group.LinearIndex;
        output[Grid.GlobalLinearIndex] = kind switch
        {
            0 => Warp.Shuffle(value, delta),
            1 => Warp.ShuffleDown(value, delta),
            2 => Warp.ShuffleUp(value, delta),
            3 => Warp.ShuffleXor(value, delta),
            4 => Warp.Shuffle(value, delta, width),
            5 => Warp.ShuffleDown(value, delta, width),
            6 => Warp.ShuffleUp(value, delta, width),
            7 => Warp.ShuffleXor(value, delta, width),
            _ => Warp.Broadcast(value, delta),
        };
    }

    // A warp reduction in a helper, as kernels have them; each warp has its own number of rounds.
    public static void WarpSums(ArrayView<float> output)
    {
        var value = (float)Group.LinearIndex;
        for (var round = 0; round <= Warp.WarpIdx; round++)
            value = WarpSum(value) / Warp.WarpSize;
        Group.Barrier();
        output[Grid.GlobalLinearIndex] = value;
    }

    private static float WarpSum(float value)
    {
        for (var delta = Warp.WarpSize / 2; delta > 0; delta >>= 1)
            value += Warp.ShuffleXor(value, delta);
        return value;
    }

    // Lanes leave one after the other; those that remain still meet at barriers.
    public static void EarlyExit(ArrayView<int> output)
    {
        var lane = Group.IdxX;
        for (var round = 0; round < Group.DimX; round++)
        {
            if (round == lane)
                return;
            var present = Group.BarrierPopCount(true);
            output[lane] += present;
        }
    }

    public static void Dynamic(ArrayView<int> output)
    {
        var ints = SharedMemory.GetDynamic<int>();
        var bytes = SharedMemory.GetDynamic<byte>();
        ref var single = ref SharedMemory.Allocate<int>();
        if (Group.IdxX == 0)
            single = 7;
        ints[Group.IdxX] = Group.IdxX;
        Group.Barrier();
        var other = ints[Group.DimX - 1 - Group.IdxX];
        output[Grid.GlobalLinearIndex] = other + single + 1000 * ints.IntLength + (bytes.IntLength == 4 * ints.IntLength ? 0 : -1);
    }

    public static void LocalArrays(ArrayView<int> output)
    {
        var local = LocalMemory.Allocate<int>(8);
        var array = new int[4];
        for (var i = 0; i < 8; i++)
            local[i] = Group.IdxX * 8 + i;
        array[Group.IdxX % 4] = 1;
        Group.Barrier();
        var sum = 0;
        for (var i = 0; i < 8; i++)
            sum += local[i];
        output[Grid.GlobalLinearIndex] = sum * 10 + array[0] + array[1] + array[2] + array[3];
    }

    public static void Atomics(ArrayView<int> ints, ArrayView<float> floats, ArrayView<long> longs)
    {
        var lane = Grid.GlobalLinearIndex;
        Atomic.Add(ref ints[0], lane);
        Atomic.Max(ref ints[1], lane);
        Atomic.Min(ref ints[2], -lane);
        Atomic.And(ref ints[3], ~(1 << (lane & 7)));
        Atomic.Or(ref ints[4], 1 << (lane & 15));
        Atomic.Xor(ref ints[5], lane);
        Atomic.Add(ref floats[0], 0.5f);
        Atomic.Max(ref floats[1], lane);
        Atomic.Add(ref longs[0], 1L << 33);
        Atomic.CompareExchange(ref ints[6], 0, 1);
        MemoryFence.DeviceLevel();
        Atomic.Exchange(ref ints[7], 5);
    }

    public static void WithoutBarrier(ArrayView<int> output) => output[Grid.GlobalLinearIndex] = Environment.CurrentManagedThreadId;

    public static void Diverges(ArrayView<int> output)
    {
        if (Group.IdxX < 3)
            Group.Barrier();
        else
            output[0] += Warp.ShuffleDown(1, 1);
    }

    public static void DifferentShared(ArrayView<int> output)
    {
        var shared = Group.IdxX == 0 ? SharedMemory.Allocate<int>(4) : SharedMemory.Allocate<int>(8);
        output[0] = shared.IntLength;
    }

    public static void TooMuchShared(ArrayView<int> output)
    {
        var shared = SharedMemory.Allocate<double>(6 * 1024);
        var more = SharedMemory.Allocate<byte>(1);
        output[0] = shared.IntLength + more.IntLength;
    }

    public static void SharedOutOfBounds(ArrayView<int> output)
    {
        var shared = SharedMemory.Allocate<int>(8);
        shared[Group.IdxX] = 1;
        Group.Barrier();
        output[Group.IdxX] = shared[0];
    }

    public static void FailsInOneLane(ArrayView<int> output, int failing)
    {
        Group.Barrier();
        var lane = Grid.GlobalLinearIndex;
        if (lane == failing)
            throw new ArithmeticException($"lane {lane}");
        Group.Barrier();
        output[lane] = 1;
    }

    public static void ImplicitBarrier(Index1D index, ArrayView<int> output)
    {
        output[index] = 1;
        Group.Barrier();
    }

    public static void ImplicitShared(Index1D index, ArrayView<int> output) => output[index] = SharedMemory.Allocate<int>(4).IntLength;

    public static void ImplicitLocal(Index1D index, ArrayView<int> output)
    {
        var local = LocalMemory.Allocate<int>(1000);
        local[index % 1000] = index;
        output[index] = local[index % 1000];
    }
}
