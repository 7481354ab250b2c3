using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>Layer normalisation on CPUs. A work item computes a block of rows; the later passes over a row find it in a cache.</summary>
internal static unsafe class LayerNormRows
{
    /// <summary>Item i normalises a block of rows.</summary>
    public static void Forward(Index1D item, LayerNormArguments.Forward operands, LayerNormArguments arguments) =>
        ForwardBlock(item, operands, arguments);

    /// <summary>Item i computes dx of a block of rows, and the block's share of dgamma and dbeta.</summary>
    public static void Backward(Index1D item, LayerNormArguments.Backward operands, LayerNormArguments arguments) =>
        BackwardBlock(item, operands, arguments);

    [IntrinsicImplementation]
    public static void ForwardBlock(int item, LayerNormArguments.Forward operands, LayerNormArguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                ForwardBlock<Vector512Lanes>(item, ref operands, ref arguments);
                break;
            case SimdWidth.Bits256:
                ForwardBlock<Vector256Lanes>(item, ref operands, ref arguments);
                break;
            default:
                ForwardBlock<Vector128Lanes>(item, ref operands, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void ForwardBlock<TVector>(int item, ref LayerNormArguments.Forward operands, ref LayerNormArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var columns = arguments.Columns;
        var gamma = Optional(operands.Gamma);
        var beta = Optional(operands.Beta);
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, arguments.Rows);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var x = (float*)operands.X.LoadEffectiveAddressAsPtr() + (long)row * columns;
            var y = (float*)operands.Y.LoadEffectiveAddressAsPtr() + (long)row * columns;
            var mean = RowMath.Sum<TVector>(x, columns) / columns;
            var (sum, squares) = Deviations<TVector>(x, columns, mean);
            var lost = sum / columns; // what the mean lost to rounding
            var variance = Math.Max(squares / columns - lost * lost, 0);
            var rstd = 1 / MathF.Sqrt(variance + arguments.Eps);
            Normalize<TVector>(x, y, gamma, beta, columns, mean, lost, rstd);
            if (operands.Mean.Length == 0)
                continue;
            ((float*)operands.Mean.LoadEffectiveAddressAsPtr())[row] = mean + lost;
            ((float*)operands.Rstd.LoadEffectiveAddressAsPtr())[row] = rstd;
        }
    }

    // The sums of x - mean and of its squares.
    [MethodImpl(MicroKernel.Options)]
    private static (float Sum, float Squares) Deviations<TVector>(float* x, int count, float mean)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var means = TVector.Broadcast(mean);
        TVector s0 = TVector.Zero, s1 = TVector.Zero, q0 = TVector.Zero, q1 = TVector.Zero;
        var i = 0;
        for (; i + 2 * n <= count; i += 2 * n)
        {
            var (d0, d1) = (TVector.Load(x + i) - means, TVector.Load(x + i + n) - means);
            s0 += d0;
            s1 += d1;
            q0 = TVector.MultiplyAdd(d0, d0, q0);
            q1 = TVector.MultiplyAdd(d1, d1, q1);
        }
        for (; i < count; i += n)
        {
            var d = VectorMath.LoadPartial<TVector>(x + i, count - i, mean) - means;
            s0 += d;
            q0 = TVector.MultiplyAdd(d, d, q0);
        }
        return (TVector.Sum(s0 + s1), TVector.Sum(q0 + q1));
    }

    // y = (x - mean - lost) rstd gamma + beta.
    [MethodImpl(MicroKernel.Options)]
    private static void Normalize<TVector>(
        float* x, float* y, float* gamma, float* beta, int count, float mean, float lost, float rstd)
        where TVector : struct, IVector<TVector>
    {
        var (means, losts, rstds) = (TVector.Broadcast(mean), TVector.Broadcast(lost), TVector.Broadcast(rstd));
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            Step(i, TVector.Count);
        if (i < count)
            Step(i, count - i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Step(int i, int left)
        {
            var value = (VectorMath.LoadPartial<TVector>(x + i, left) - means - losts) * rstds;
            if (gamma != null)
                value *= VectorMath.LoadPartial<TVector>(gamma + i, left);
            if (beta != null)
                value += VectorMath.LoadPartial<TVector>(beta + i, left);
            VectorMath.StorePartial(value, y + i, left);
        }
    }

    [IntrinsicImplementation]
    public static void BackwardBlock(int item, LayerNormArguments.Backward operands, LayerNormArguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                BackwardBlock<Vector512Lanes>(item, ref operands, ref arguments);
                break;
            case SimdWidth.Bits256:
                BackwardBlock<Vector256Lanes>(item, ref operands, ref arguments);
                break;
            default:
                BackwardBlock<Vector128Lanes>(item, ref operands, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void BackwardBlock<TVector>(int item, ref LayerNormArguments.Backward operands, ref LayerNormArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var columns = arguments.Columns;
        var gamma = Optional(operands.Gamma);
        var gammaSums = Optional(operands.GammaSums);
        var betaSums = Optional(operands.BetaSums);
        if (gammaSums != null)
            new Span<float>(gammaSums += (long)item * columns, columns).Clear();
        if (betaSums != null)
            new Span<float>(betaSums += (long)item * columns, columns).Clear();
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, arguments.Rows);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var dy = (float*)operands.Dy.LoadEffectiveAddressAsPtr() + (long)row * columns;
            var x = (float*)operands.X.LoadEffectiveAddressAsPtr() + (long)row * columns;
            var dx = (float*)operands.Dx.LoadEffectiveAddressAsPtr() + (long)row * columns;
            var mean = ((float*)operands.Mean.LoadEffectiveAddressAsPtr())[row];
            var rstd = ((float*)operands.Rstd.LoadEffectiveAddressAsPtr())[row];
            var (deviation, upstream, product) = Sums<TVector>(dy, x, gamma, columns, mean);
            var lost = deviation / columns; // what the mean lost to rounding
            var moments = (Upstream: upstream / columns, Product: (product - lost * upstream) * rstd / columns);
            Gradients<TVector>(
                dy, x, gamma, dx, gammaSums, betaSums, columns, (mean, lost, rstd), moments, arguments.Accumulate);
        }
    }

    // The sums of x - mean, of g = dy gamma, and of g (x - mean).
    [MethodImpl(MicroKernel.Options)]
    private static (float Deviation, float Upstream, float Product) Sums<TVector>(
        float* dy, float* x, float* gamma, int count, float mean)
        where TVector : struct, IVector<TVector>
    {
        var means = TVector.Broadcast(mean);
        TVector deviation = TVector.Zero, upstream = TVector.Zero, product = TVector.Zero;
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            Step(i, TVector.Count);
        if (i < count)
            Step(i, count - i);
        return (TVector.Sum(deviation), TVector.Sum(upstream), TVector.Sum(product));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Step(int i, int left)
        {
            var d = VectorMath.LoadPartial<TVector>(x + i, left, mean) - means;
            var g = VectorMath.LoadPartial<TVector>(dy + i, left);
            if (gamma != null)
                g *= VectorMath.LoadPartial<TVector>(gamma + i, left);
            deviation += d;
            upstream += g;
            product = TVector.MultiplyAdd(g, d, product);
        }
    }

    // dx (+)= rstd (g - mean of g - h mean of g h); the sums over rows grow by dy h and dy.
    [MethodImpl(MicroKernel.Options)]
    private static void Gradients<TVector>(
        float* dy, float* x, float* gamma, float* dx, float* gammaSums, float* betaSums, int count,
        (float Mean, float Lost, float Rstd) row, (float Upstream, float Product) moments, int accumulate)
        where TVector : struct, IVector<TVector>
    {
        var (means, losts, rstds) = (TVector.Broadcast(row.Mean), TVector.Broadcast(row.Lost), TVector.Broadcast(row.Rstd));
        var (upstream, product) = (TVector.Broadcast(moments.Upstream), TVector.Broadcast(moments.Product));
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
            Step(i, TVector.Count);
        if (i < count)
            Step(i, count - i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Step(int i, int left)
        {
            var h = (VectorMath.LoadPartial<TVector>(x + i, left) - means - losts) * rstds;
            var g = VectorMath.LoadPartial<TVector>(dy + i, left);
            if (gammaSums != null)
                VectorMath.StoreGradient(g * h, gammaSums + i, left, accumulate: 1);
            if (betaSums != null)
                VectorMath.StoreGradient(g, betaSums + i, left, accumulate: 1);
            if (gamma != null)
                g *= VectorMath.LoadPartial<TVector>(gamma + i, left);
            VectorMath.StoreGradient(rstds * (g - upstream - h * product), dx + i, left, accumulate);
        }
    }

    private static float* Optional(ArrayView<float> view) => view.Length > 0 ? (float*)view.LoadEffectiveAddressAsPtr() : null;
}
