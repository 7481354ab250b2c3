using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>Kernels in which much is alive where a lane waits: each writes what it computes without waiting for the same.</summary>
internal static class WaitingKernels
{
    public interface IReducer
    {
        static abstract float Identity { get; }

        float Reduce(float left, float right);
    }

    public readonly struct Sum : IReducer
    {
        public static float Identity => 0;

        public float Reduce(float left, float right) => left + right;
    }

    public readonly struct Largest : IReducer
    {
        public static float Identity => float.NegativeInfinity;

        public float Reduce(float left, float right) => left > right ? left : right;
    }

    public interface IGroupOperation
    {
        float Apply(float value);
    }

    // A functor that waits itself, called through a constrained interface.
    public struct ScaledGroupSum : IGroupOperation
    {
        public float Scale;
        public int Calls;

        public float Apply(float value)
        {
            Calls++;
            var sum = GroupReduce<Sum>(value) * Scale;
            Group.Barrier();
            Scale += 1;
            return sum;
        }
    }

    public struct Pair
    {
        public float First;
        public double Second;
    }

    public static float GroupReduce<TReducer>(float value)
        where TReducer : struct, IReducer
    {
        var shared = SharedMemory.Allocate<float>(64);
        TReducer reducer = default;
        value = WarpReduce(value, reducer);
        if (Warp.IsFirstLane)
            shared[Warp.WarpIdx] = value;
        Group.Barrier();
        var warps = (Group.DimX + Warp.WarpSize - 1) / Warp.WarpSize;
        var result = TReducer.Identity;
        for (var i = 0; i < warps; i++)
            result = reducer.Reduce(result, shared[i]);
        Group.Barrier();
        return result;
    }

    private static float WarpReduce<TReducer>(float value, TReducer reducer)
        where TReducer : struct, IReducer
    {
        for (var delta = Warp.WarpSize / 2; delta > 0; delta >>= 1)
            value = reducer.Reduce(value, Warp.ShuffleXor(value, delta));
        return value;
    }

    // Sum and maximum of a row by one group, in a generic kernel with helpers that wait, nested and in loops.
    public static void Rows<TFirst, TSecond>(ArrayView<float> input, ArrayView<float> output, int columns)
        where TFirst : struct, IReducer
        where TSecond : struct, IReducer
    {
        var row = input.SubView((long)Grid.IdxX * columns, columns);
        var (first, second) = (TFirst.Identity, TSecond.Identity);
        TFirst reduceFirst = default;
        TSecond reduceSecond = default;
        for (var i = Group.IdxX; i < columns; i += Group.DimX)
        {
            first = reduceFirst.Reduce(first, row[i]);
            second = reduceSecond.Reduce(second, row[i]);
        }
        var total = GroupReduce<TFirst>(first) + 1000 * GroupReduce<TSecond>(second);
        if (Group.IsFirstThread)
            output[Grid.IdxX] = total;
    }

    // References, values below the call on the stack, and address-taken variables are alive at the waits.
    public static void Alive(ArrayView<int> output, Index2D extent, Pair pair)
    {
        var lane = Group.IdxX;
        output[lane] += lane + Group.BarrierPopCount(lane % 2 == 0) * extent.X;
        ref var place = ref output[lane];
        Group.Barrier();
        place += Add(ref pair.First, 2) + (Group.BarrierOr(lane == 3) ? 100 : 200);
        pair.Second += Warp.Broadcast(pair.First, 0);
        var sum = 0;
        CountTo(ref sum, lane);
        output[lane] += sum + (int)pair.Second + (Group.BarrierAnd(true) ? extent.Y : 0);
    }

    private static int Add(ref float value, float add)
    {
        Group.Barrier();
        value += add;
        Group.Barrier();
        return (int)value;
    }

    private static void CountTo(ref int sum, int lane)
    {
        for (var i = 0; i < 3; i++)
        {
            switch (i)
            {
                case 0:
                    sum += Warp.ShuffleDown(lane, 1);
                    break;
                case 1:
                    Warp.Barrier();
                    sum *= 2;
                    break;
                default:
                    Group.Barrier();
                    sum++;
                    break;
            }
        }
    }

    public static void Operate<TOperation>(ArrayView<float> output, TOperation operation)
        where TOperation : struct, IGroupOperation
    {
        var first = operation.Apply(Group.IdxX);
        output[Group.IdxX] = first + operation.Apply(1);
    }

    // What the garbage collector moves cannot be referred to while a lane waits: this kernel needs threads.
    public static void ArrayElement(ArrayView<int> output)
    {
        var array = new int[2];
        ref var element = ref array[1];
        Group.Barrier();
        element = Group.IdxX;
        Group.Barrier();
        output[Group.IdxX] = array[1] + Warp.ShuffleXor(element, 1);
    }

    public static void ThrowsOnThreads(ArrayView<int> output)
    {
        var array = new int[2];
        ref var element = ref array[1];
        Group.Barrier();
        element = output.IntLength;
        if (Group.IdxX == 5 && Grid.IdxX == 1)
            throw new InvalidOperationException("lane 5");
        Group.Barrier();
        output[Group.IdxX] = array[1];
    }

    public static void ThrowsBetweenWaits(ArrayView<int> output, int failing)
    {
        Group.Barrier();
        var lane = Grid.GlobalLinearIndex;
        if (lane == failing)
            throw new ArithmeticException();
        Group.Barrier();
        output[lane] = 1;
    }

    public static Action Hidden { get; } = Group.Barrier;

    public static void WaitsInDelegate(ArrayView<int> output)
    {
        Hidden();
        output[0] = 1;
    }
}
