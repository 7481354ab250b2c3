using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Softmax on CPUs. A work item computes a block of rows; the later passes over a row find it in a cache.</summary>
internal static unsafe class SoftmaxRows
{
    private const int LongestBuffered = 4096; // elements of a row

    /// <summary>Item i computes a block of rows.</summary>
    public static void Forward(Index1D item, ArrayView<float> x, ArrayView<float> y, SoftmaxArguments arguments) =>
        ForwardBlock(item, x, y, arguments);

    /// <summary>Item i computes the gradient of a block of rows.</summary>
    public static void Backward(
        Index1D item, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, SoftmaxArguments arguments) =>
        BackwardBlock(item, y, dy, dx, arguments);

    [IntrinsicImplementation]
    public static void ForwardBlock(int item, ArrayView<float> x, ArrayView<float> y, SoftmaxArguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                ForwardBlock<Vector512Lanes>(item, x, y, ref arguments);
                break;
            case SimdWidth.Bits256:
                ForwardBlock<Vector256Lanes>(item, x, y, ref arguments);
                break;
            default:
                ForwardBlock<Vector128Lanes>(item, x, y, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void ForwardBlock<TVector>(int item, ArrayView<float> x, ArrayView<float> y, ref SoftmaxArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var columns = arguments.Columns;
        var write = arguments.Write;
        // What passes the caches by cannot be read again soon: the exponentials wait on the stack for their sum.
        var buffer = stackalloc float[write == Writing.Stream && columns <= LongestBuffered ? columns : 0];
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, arguments.Rows);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var source = x.Pointer() + (long)row * columns;
            var target = y.Pointer() + (long)row * columns;
            var max = RowMath.MaxOfNumbers<TVector>(source, columns); // a NaN shows in the sum
            if (float.IsNegativeInfinity(max))
                max = RowMath.Max<TVector>(source, columns);
            if (float.IsNegativeInfinity(max)) // nothing but -infinity
                new Span<float>(target, columns).Fill(arguments.Log != 0 ? max : 0);
            else if (arguments.Log != 0)
                SubtractTwice<TVector>(source, target, columns, max, MathF.Log(RowMath.SumExp<TVector>(source, columns, max)), write);
            else if (write == Writing.Stream && columns <= LongestBuffered)
                Scale<TVector>(buffer, target, columns, 1 / StoreExp<TVector>(source, buffer, columns, max), write);
            else
                Scale<TVector>(target, target, columns, 1 / StoreExp<TVector>(source, target, columns, max), Writing.Assign);
        }
    }

    // y = e^(x - max); returns its sum.
    [MethodImpl(MicroKernel.Options)]
    private static float StoreExp<TVector>(float* x, float* y, int count, float max)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var shift = TVector.Broadcast(max);
        TVector s0 = TVector.Zero, s1 = TVector.Zero;
        var i = 0;
        for (; i + 2 * n <= count; i += 2 * n)
        {
            VectorMath.Prefetch(x + i + count); // the next row, while this one is computed
            var e0 = VectorMath.ExpOfNegative(TVector.Load(x + i) - shift);
            var e1 = VectorMath.ExpOfNegative(TVector.Load(x + i + n) - shift);
            TVector.Store(e0, y + i);
            TVector.Store(e1, y + i + n);
            s0 += e0;
            s1 += e1;
        }
        for (; i < count; i += n)
        {
            var e = VectorMath.ExpOfNegative(VectorMath.LoadPartial<TVector>(x + i, count - i, float.NegativeInfinity) - shift);
            VectorMath.StorePartial(e, y + i, count - i);
            s0 += e;
        }
        return TVector.Sum(s0 + s1);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Scale<TVector>(float* x, float* y, int count, float factor, int write)
        where TVector : struct, IVector<TVector>
    {
        var factors = TVector.Broadcast(factor);
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            VectorMath.Write(TVector.Load(x + i) * factors, y + i, TVector.Count, write);
        for (; i < count; i++)
            y[i] = x[i] * factor;
    }

    // In this order: the maximum may be large.
    [MethodImpl(MicroKernel.Options)]
    private static void SubtractTwice<TVector>(float* x, float* y, int count, float max, float logSum, int write)
        where TVector : struct, IVector<TVector>
    {
        var (first, second) = (TVector.Broadcast(max), TVector.Broadcast(logSum));
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            VectorMath.Write(TVector.Load(x + i) - first - second, y + i, TVector.Count, write);
        for (; i < count; i++)
            y[i] = x[i] - max - logSum;
    }

    [IntrinsicImplementation]
    public static void BackwardBlock(
        int item, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, SoftmaxArguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                BackwardBlock<Vector512Lanes>(item, y, dy, dx, ref arguments);
                break;
            case SimdWidth.Bits256:
                BackwardBlock<Vector256Lanes>(item, y, dy, dx, ref arguments);
                break;
            default:
                BackwardBlock<Vector128Lanes>(item, y, dy, dx, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void BackwardBlock<TVector>(
        int item, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, ref SoftmaxArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var columns = arguments.Columns;
        var write = arguments.Write;
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, arguments.Rows);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var result = y.Pointer() + (long)row * columns;
            var upstream = dy.Pointer() + (long)row * columns;
            var gradient = dx.Pointer() + (long)row * columns;
            if (arguments.Log != 0)
                LogGradient<TVector>(result, upstream, gradient, columns, RowMath.Sum<TVector>(upstream, columns), write);
            else
                Gradient<TVector>(result, upstream, gradient, columns, RowMath.Dot<TVector>(result, upstream, columns), write);
        }
    }

    // dx (+)= y (dy - sum).
    [MethodImpl(MicroKernel.Options)]
    private static void Gradient<TVector>(float* y, float* dy, float* dx, int count, float sum, int write)
        where TVector : struct, IVector<TVector>
    {
        var sums = TVector.Broadcast(sum);
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
        {
            var value = TVector.Load(y + i) * (TVector.Load(dy + i) - sums);
            VectorMath.Write(value, dx + i, TVector.Count, write);
        }
        for (; i < count; i++)
            dx[i] = (write == Writing.Add ? dx[i] : 0) + y[i] * (dy[i] - sum);
    }

    // dx (+)= dy - e^y sum.
    [MethodImpl(MicroKernel.Options)]
    private static void LogGradient<TVector>(float* y, float* dy, float* dx, int count, float sum, int write)
        where TVector : struct, IVector<TVector>
    {
        var sums = TVector.Broadcast(sum);
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            Step(i, TVector.Count);
        if (i < count)
            Step(i, count - i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Step(int i, int left)
        {
            var share = VectorMath.ExpOfNegative(VectorMath.LoadPartial<TVector>(y + i, left));
            var value = VectorMath.LoadPartial<TVector>(dy + i, left) - share * sums;
            VectorMath.Write(value, dx + i, left, write);
        }
    }
}
