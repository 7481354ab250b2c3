using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Gradients of reductions of x [outer, length, inner]. Of a sum, each element gets that of its total: dx (+)= scale dy. Of a
/// maximum or the k largest, y [outer, k, inner] with their places along the axis, each place gets its own, others nothing.
/// </summary>
internal static unsafe class ReductionGradients
{
    /// <summary>The shape of a launch.</summary>
    public struct Arguments
    {
        public int Outer;
        public int Length;
        public int Inner;
        public int Selected; // k
        public float Scale;
        public int Accumulate;
        public int RowsPerItem; // row shape: of the outer axis when places are scattered to, else rows of inner
        public int Width; // bits of the vectors
    }

    /// <summary>Lane i computes element i of dx for a sum.</summary>
    public static void SpreadLane(Index1D lane, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments)
    {
        var row = lane.X / arguments.Inner;
        var value = arguments.Scale * dy[(long)(row / arguments.Length) * arguments.Inner + (lane.X - row * arguments.Inner)];
        dx[lane] = arguments.Accumulate != 0 ? dx[lane] + value : value;
    }

    /// <summary>Lane i computes element i of dx for selected elements.</summary>
    public static void ScatterLane(Index1D lane, ArrayView<float> dy, ArrayView<int> places, ArrayView<float> dx, Arguments arguments)
    {
        var row = lane.X / arguments.Inner;
        var outer = row / arguments.Length;
        var place = row - outer * arguments.Length;
        var origin = (long)outer * arguments.Selected * arguments.Inner + (lane.X - row * arguments.Inner);
        var value = 0f;
        for (var j = 0; j < arguments.Selected; j++)
        {
            if (places[origin + (long)j * arguments.Inner] == place)
                value += dy[origin + (long)j * arguments.Inner];
        }
        dx[lane] = arguments.Accumulate != 0 ? dx[lane] + value : value;
    }

    /// <summary>Item i computes some rows of dx for a sum.</summary>
    public static void SpreadPart(Index1D item, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments) =>
        Spread(item, dy, dx, arguments);

    [IntrinsicImplementation]
    public static void Spread(int item, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments)
    {
        var source = dy.Pointer();
        var target = dx.Pointer();
        // Rows of one element are taken together: all that have the same total.
        var isLast = arguments.Inner == 1;
        var length = isLast ? arguments.Length : arguments.Inner;
        var rows = isLast ? arguments.Outer : (long)arguments.Outer * arguments.Length;
        var end = Math.Min(rows, ((long)item + 1) * arguments.RowsPerItem);
        for (var row = (long)item * arguments.RowsPerItem; row < end; row++)
        {
            var upstream = source + (isLast ? row : row / arguments.Length * arguments.Inner);
            VectorLoop.Run(new SpreadStep(upstream, isLast, target + row * length, arguments), 0, length, arguments.Width);
        }
    }

    private readonly struct SpreadStep(float* dy, bool isLast, float* dx, Arguments arguments) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var upstream = isLast ? V.Broadcast(*dy) : VectorMath.LoadPartial<V>(dy + i, count);
            VectorMath.Write(upstream * V.Broadcast(arguments.Scale), dx + i, count, arguments.Accumulate);
        }
    }

    /// <summary>Item i computes some slices of dx for selected elements.</summary>
    public static void ScatterPart(Index1D item, ArrayView<float> dy, ArrayView<int> places, ArrayView<float> dx, Arguments arguments) =>
        Scatter(item, dy, places, dx, arguments);

    [IntrinsicImplementation]
    public static void Scatter(int item, ArrayView<float> dy, ArrayView<int> places, ArrayView<float> dx, Arguments arguments)
    {
        var inner = arguments.Inner;
        var slice = (long)arguments.Length * inner;
        var end = (int)Math.Min(arguments.Outer, ((long)item + 1) * arguments.RowsPerItem);
        for (var outer = item * arguments.RowsPerItem; outer < end; outer++)
        {
            var target = dx.Pointer() + outer * slice;
            var origin = (long)outer * arguments.Selected * inner;
            var place = places.Pointer() + origin;
            var source = dy.Pointer() + origin;
            if (arguments.Accumulate == 0)
                new Span<float>(target, checked((int)slice)).Clear();
            for (var j = 0; j < arguments.Selected; j++)
            {
                for (var i = 0; i < inner; i++)
                {
                    if ((uint)place[j * inner + i] < (uint)arguments.Length)
                        target[(long)place[j * inner + i] * inner + i] += source[j * inner + i];
                }
            }
        }
    }
}
