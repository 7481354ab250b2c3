using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Layer normalisation on CPUs. A work item computes a block of rows; the later passes over a row find it in a cache.</summary>
internal static unsafe class LayerNormRows
{
    private const int Batch = 512; // elements whose random words are made at once

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
        var gamma = operands.Gamma.Pointer();
        var beta = operands.Beta.Pointer();
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, arguments.Rows);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var x = operands.X.Pointer() + (long)row * columns;
            var y = operands.Y.Pointer() + (long)row * columns;
            float mean;
            if (operands.Residual.Length > 0)
            {
                var s = operands.Sum.Pointer() + (long)row * columns;
                mean = AddResidual<TVector>(row, x, s, ref operands, ref arguments) / columns;
                x = s;
            }
            else
            {
                mean = RowMath.Sum<TVector>(x, columns) / columns;
            }
            var (sum, squares) = Deviations<TVector>(x, columns, mean);
            var lost = sum / columns; // what the mean lost to rounding
            var variance = Math.Max(squares / columns - lost * lost, 0);
            var rstd = 1 / MathF.Sqrt(variance + arguments.Eps);
            Normalize<TVector>(x, y, gamma, beta, columns, mean, lost, rstd, arguments.Write);
            if (operands.Mean.Length == 0)
                continue;
            operands.Mean.Pointer()[row] = mean + lost;
            operands.Rstd.Pointer()[row] = rstd;
        }
    }

    // s = residual + dropout(x), and the sum of s. The words of a batch lie on the stack.
    [MethodImpl(MicroKernel.Options)]
    private static float AddResidual<TVector>(
        int row, float* x, float* s, ref LayerNormArguments.Forward operands, ref LayerNormArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var columns = arguments.Columns;
        var origin = (long)row * columns;
        var residual = operands.Residual.Pointer() + origin;
        if (arguments.Dropout.Rate == 0f)
            return Add<TVector>(x, residual, s, columns);
        var buffer = stackalloc uint[Philox.RoomFor(Batch)];
        var dropout = arguments.Dropout;
        var sum = TVector.Zero;
        for (var begin = 0; begin < columns; begin += Batch)
        {
            var count = Math.Min(Batch, columns - begin);
            var words = Philox.FillElements(buffer, (ulong)(origin + begin), count, dropout.Random.Number, dropout.Random.Seed);
            sum += Add<TVector>(x + begin, residual + begin, s + begin, words, count, ref dropout);
        }
        return TVector.Sum(sum);
    }

    [MethodImpl(MicroKernel.Options)]
    private static float Add<TVector>(float* x, float* residual, float* s, int count)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        TVector s0 = TVector.Zero, s1 = TVector.Zero;
        var i = 0;
        for (; i + 2 * n <= count; i += 2 * n)
        {
            var v0 = TVector.Load(residual + i) + TVector.Load(x + i);
            var v1 = TVector.Load(residual + i + n) + TVector.Load(x + i + n);
            TVector.Store(v0, s + i);
            TVector.Store(v1, s + i + n);
            s0 += v0;
            s1 += v1;
        }
        for (; i < count; i += n)
        {
            var v = VectorMath.LoadPartial<TVector>(residual + i, count - i) + VectorMath.LoadPartial<TVector>(x + i, count - i);
            VectorMath.StorePartial(v, s + i, count - i);
            s0 += v;
        }
        return TVector.Sum(s0 + s1);
    }

    [MethodImpl(MicroKernel.Options)]
    private static TVector Add<TVector>(float* x, float* residual, float* s, uint* words, int count, ref DropoutMask dropout)
        where TVector : struct, IVector<TVector>
    {
        var mask = dropout;
        var sum = TVector.Zero;
        var i = 0;
        for (; i + TVector.Count <= count; i += TVector.Count)
        {
            var v = TVector.Load(residual + i) + mask.Apply(TVector.Load(x + i), TVector.LoadUnit(words + i));
            TVector.Store(v, s + i);
            sum += v;
        }
        if (i == count)
            return sum;
        var kept = mask.Apply(VectorMath.LoadPartial<TVector>(x + i, count - i), TVector.LoadUnit(words + i));
        var last = VectorMath.LoadPartial<TVector>(residual + i, count - i) + kept;
        VectorMath.StorePartial(last, s + i, count - i);
        return sum + last;
    }

    // The sums of x - mean and of its squares.
    [MethodImpl(MicroKernel.Options)]
    private static (float Sum, float Squares) Deviations<TVector>(float* x, int count, float mean)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var means = TVector.Broadcast(mean);
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        TVector q0 = TVector.Zero, q1 = TVector.Zero, q2 = TVector.Zero, q3 = TVector.Zero;
        var i = 0;
        for (; i + 4 * n <= count; i += 4 * n)
        {
            VectorMath.Prefetch(x + count + i / 2); // the first half of the next row; the other comes with the last pass
            var (d0, d1) = (TVector.Load(x + i) - means, TVector.Load(x + i + n) - means);
            var (d2, d3) = (TVector.Load(x + i + 2 * n) - means, TVector.Load(x + i + 3 * n) - means);
            s0 += d0;
            s1 += d1;
            s2 += d2;
            s3 += d3;
            TVector.AddProduct(ref q0, d0, d0);
            TVector.AddProduct(ref q1, d1, d1);
            TVector.AddProduct(ref q2, d2, d2);
            TVector.AddProduct(ref q3, d3, d3);
        }
        for (; i < count; i += n)
        {
            var d = VectorMath.LoadPartial<TVector>(x + i, count - i, mean) - means;
            s0 += d;
            TVector.AddProduct(ref q0, d, d);
        }
        return (TVector.Sum((s0 + s1) + (s2 + s3)), TVector.Sum((q0 + q1) + (q2 + q3)));
    }

    // y = (x - mean - lost) rstd gamma + beta.
    [MethodImpl(MicroKernel.Options)]
    private static void Normalize<TVector>(
        float* x, float* y, float* gamma, float* beta, int count, float mean, float lost, float rstd, int write)
        where TVector : struct, IVector<TVector>
    {
        // (x - mean - lost) rstd = (x - mean) rstd - lost rstd, rounded once less.
        var (means, rstds, losts) = (TVector.Broadcast(mean), TVector.Broadcast(rstd), TVector.Broadcast(-lost * rstd));
        var i = 0;
        if (gamma != null && beta != null)
        {
            for (; i + TVector.Count <= count; i += TVector.Count)
            {
                VectorMath.Prefetch(x + count + (count + i) / 2);
                var value = TVector.MultiplyAdd(TVector.Load(x + i) - means, rstds, losts);
                value = TVector.MultiplyAdd(value, TVector.Load(gamma + i), TVector.Load(beta + i));
                VectorMath.Write(value, y + i, TVector.Count, write);
            }
        }
        for (; i < count; i += TVector.Count)
        {
            var left = count - i;
            var value = TVector.MultiplyAdd(VectorMath.LoadPartial<TVector>(x + i, left) - means, rstds, losts);
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
        var gamma = operands.Gamma.Pointer();
        var gammaSums = operands.GammaSums.Pointer();
        var betaSums = operands.BetaSums.Pointer();
        if (gammaSums != null)
            new Span<float>(gammaSums += (long)item * columns, columns).Clear();
        if (betaSums != null)
            new Span<float>(betaSums += (long)item * columns, columns).Clear();
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, arguments.Rows);
        for (var row = item * arguments.RowsPerItem; row < end; row++)
        {
            var dy = operands.Dy.Pointer() + (long)row * columns;
            var x = operands.X.Pointer() + (long)row * columns;
            var mean = operands.Mean.Pointer()[row];
            var rstd = operands.Rstd.Pointer()[row];
            var (deviation, upstream, product) = Sums<TVector>(dy, x, gamma, columns, mean);
            var lost = deviation / columns; // what the mean lost to rounding
            var moments = (Upstream: upstream / columns, Product: (product - lost * upstream) * rstd / columns);
            var targets = new Targets(row, gamma, gammaSums, betaSums, ref operands, ref arguments);
            if (targets.Dropped != null && arguments.Dropout.Rate != 0f)
                GradientsBeforeDropout<TVector>(row, dy, x, targets, (mean, lost, rstd), moments, ref arguments);
            else
                Gradients<TVector>(dy, x, columns, targets, (mean, lost, rstd), moments, null, ref arguments);
        }
    }

    // What a row's gradients are made of and where they go; what is absent is null.
    private readonly struct Targets
    {
        public readonly float* Gamma;
        public readonly float* GammaSums;
        public readonly float* BetaSums;
        public readonly float* Dsum;
        public readonly float* Dx;
        public readonly float* Dropped;

        public Targets(
            int row, float* gamma, float* gammaSums, float* betaSums, ref LayerNormArguments.Backward operands,
            ref LayerNormArguments arguments)
        {
            Gamma = gamma;
            GammaSums = gammaSums;
            BetaSums = betaSums;
            var origin = (long)row * arguments.Columns;
            Dsum = Row(operands.Dsum, origin);
            Dx = Row(operands.Dx, origin);
            Dropped = Row(operands.Ddropped, origin);
        }

        private Targets(in Targets row, int column)
        {
            Gamma = Shifted(row.Gamma, column);
            GammaSums = Shifted(row.GammaSums, column);
            BetaSums = Shifted(row.BetaSums, column);
            Dsum = Shifted(row.Dsum, column);
            Dx = Shifted(row.Dx, column);
            Dropped = Shifted(row.Dropped, column);
        }

        public bool IsPlain =>
            Gamma != null && GammaSums != null && BetaSums != null && Dx != null && Dsum == null && Dropped == null;

        public Targets From(int column) => new(this, column);

        private static float* Row(ArrayView<float> view, long origin) => view.Length > 0 ? view.Pointer() + origin : null;

        private static float* Shifted(float* start, int column) => start != null ? start + column : null;
    }

    // The same in batches, whose random words lie on the stack.
    [MethodImpl(MicroKernel.Options)]
    private static void GradientsBeforeDropout<TVector>(
        int row, float* dy, float* x, Targets targets, (float Mean, float Lost, float Rstd) statistics,
        (float Upstream, float Product) moments, ref LayerNormArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var buffer = stackalloc uint[Philox.RoomFor(Batch)];
        for (var begin = 0; begin < arguments.Columns; begin += Batch)
        {
            var count = Math.Min(Batch, arguments.Columns - begin);
            var first = (ulong)((long)row * arguments.Columns + begin);
            var words = Philox.FillElements(buffer, first, count, arguments.Dropout.Random.Number, arguments.Dropout.Random.Seed);
            Gradients<TVector>(dy + begin, x + begin, count, targets.From(begin), statistics, moments, words, ref arguments);
        }
    }

    // The sums of x - mean, of g = dy gamma, and of g (x - mean).
    [MethodImpl(MicroKernel.Options)]
    private static (float Deviation, float Upstream, float Product) Sums<TVector>(
        float* dy, float* x, float* gamma, int count, float mean)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var means = TVector.Broadcast(mean);
        TVector d0 = TVector.Zero, d1 = TVector.Zero, g0 = TVector.Zero, g1 = TVector.Zero, p0 = TVector.Zero, p1 = TVector.Zero;
        var i = 0;
        for (; i + 2 * n <= count; i += 2 * n)
        {
            VectorMath.Prefetch(x + i + count); // the next row, while this one is computed
            VectorMath.Prefetch(dy + i + count);
            var (deviation0, deviation1) = (TVector.Load(x + i) - means, TVector.Load(x + i + n) - means);
            var (upstream0, upstream1) = (TVector.Load(dy + i), TVector.Load(dy + i + n));
            if (gamma != null)
                (upstream0, upstream1) = (upstream0 * TVector.Load(gamma + i), upstream1 * TVector.Load(gamma + i + n));
            d0 += deviation0;
            d1 += deviation1;
            g0 += upstream0;
            g1 += upstream1;
            TVector.AddProduct(ref p0, upstream0, deviation0);
            TVector.AddProduct(ref p1, upstream1, deviation1);
        }
        for (; i < count; i += n)
        {
            var deviation = VectorMath.LoadPartial<TVector>(x + i, count - i, mean) - means;
            var upstream = VectorMath.LoadPartial<TVector>(dy + i, count - i);
            if (gamma != null)
                upstream *= VectorMath.LoadPartial<TVector>(gamma + i, count - i);
            d0 += deviation;
            g0 += upstream;
            TVector.AddProduct(ref p0, upstream, deviation);
        }
        return (TVector.Sum(d0 + d1), TVector.Sum(g0 + g1), TVector.Sum(p0 + p1));
    }

    // dx (+)= dsum + rstd (g - mean of g - h mean of g h), also through dropout; the sums over rows grow by dy h and dy.
    [MethodImpl(MicroKernel.Options)]
    private static void Gradients<TVector>(
        float* dy, float* x, int count, Targets targets, (float Mean, float Lost, float Rstd) row,
        (float Upstream, float Product) moments, uint* words, ref LayerNormArguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var (means, rstds, losts) = (TVector.Broadcast(row.Mean), TVector.Broadcast(row.Rstd), TVector.Broadcast(-row.Lost * row.Rstd));
        var (upstream, product) = (TVector.Broadcast(moments.Upstream), TVector.Broadcast(-moments.Product));
        var (write, writeDropped, dropout) = (arguments.Write, arguments.WriteDropped, arguments.Dropout);
        var i = 0;
        if (targets.IsPlain && write != Writing.Add)
        {
            // The usual case with nothing to decide for each vector.
            float* gamma = targets.Gamma, gammaSums = targets.GammaSums, betaSums = targets.BetaSums, dx = targets.Dx;
            for (; i + TVector.Count <= count; i += TVector.Count)
            {
                var h = TVector.MultiplyAdd(TVector.Load(x + i) - means, rstds, losts);
                var g = TVector.Load(dy + i);
                TVector.Store(TVector.MultiplyAdd(g, h, TVector.Load(gammaSums + i)), gammaSums + i);
                TVector.Store(TVector.Load(betaSums + i) + g, betaSums + i);
                var value = rstds * TVector.MultiplyAdd(h, product, g * TVector.Load(gamma + i) - upstream);
                VectorMath.Write(value, dx + i, TVector.Count, write);
            }
        }
        for (; i + TVector.Count <= count; i += TVector.Count)
            Step(i, TVector.Count);
        if (i < count)
            Step(i, count - i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Step(int i, int left)
        {
            var h = TVector.MultiplyAdd(VectorMath.LoadPartial<TVector>(x + i, left) - means, rstds, losts);
            var g = VectorMath.LoadPartial<TVector>(dy + i, left);
            if (targets.GammaSums != null)
                VectorMath.Write(g * h, targets.GammaSums + i, left, Writing.Add);
            if (targets.BetaSums != null)
                VectorMath.Write(g, targets.BetaSums + i, left, Writing.Add);
            if (targets.Gamma != null)
                g *= VectorMath.LoadPartial<TVector>(targets.Gamma + i, left);
            var value = rstds * TVector.MultiplyAdd(h, product, g - upstream);
            if (targets.Dsum != null)
                value += VectorMath.LoadPartial<TVector>(targets.Dsum + i, left);
            if (targets.Dx != null)
                VectorMath.Write(value, targets.Dx + i, left, write);
            if (targets.Dropped == null)
                return;
            if (words != null)
                value = dropout.Apply(value, TVector.LoadUnit(words + i));
            VectorMath.Write(value, targets.Dropped + i, left, writeDropped);
        }
    }
}
