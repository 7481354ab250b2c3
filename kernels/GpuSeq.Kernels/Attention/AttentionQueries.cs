using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// One query at a time on CPUs, for the steps of generation, where a query meets a cache of keys and values that are read
/// once, and for the weights themselves. Keys go by in chunks, with the online softmax between them.
/// </summary>
internal static unsafe class AttentionQueries
{
    private const int Chunk = 256; // keys

    /// <summary>Item i computes query i of all, sequence by sequence and head by head.</summary>
    public static void Queries(Index1D item, AttentionOperands operands, AttentionArguments arguments) =>
        QueryItem(item, operands, arguments);

    [IntrinsicImplementation]
    public static void QueryItem(int item, AttentionOperands operands, AttentionArguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                Compute<Vector512Lanes>(item, ref operands, ref arguments);
                break;
            case SimdWidth.Bits256:
                Compute<Vector256Lanes>(item, ref operands, ref arguments);
                break;
            default:
                Compute<Vector128Lanes>(item, ref operands, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    [SkipLocalsInit]
    private static void Compute<V>(int item, ref AttentionOperands operands, ref AttentionArguments arguments)
        where V : struct, IVector<V>
    {
        var (head, t) = Math.DivRem(item, arguments.T);
        var (b, h) = Math.DivRem(head, arguments.H);
        var k = operands.K.Values.Pointer();
        var v = operands.V.Values.Pointer();
        var query = operands.Q.Values.Pointer() + operands.Q.Row(b, h, t);
        var hasWeights = operands.Weights.Length > 0;
        var weights = hasWeights ? operands.Weights.Pointer() + (long)item * arguments.S : null;
        var first = arguments.FirstKey(t);
        var end = Math.Max(first, arguments.EndKey(t, AttentionMasks.Length(operands, arguments, b)));

        var scores = stackalloc float[Chunk + 16];
        var factors = stackalloc float[Chunk];
        var output = stackalloc float[AttentionShape.MaxHeadSize];
        new Span<float>(output, arguments.D).Clear();
        float max = float.NegativeInfinity, sum = 0;
        for (var begin = first; begin < end; begin += Chunk)
        {
            var count = Math.Min(Chunk, end - begin);
            var keys = k + operands.K.Row(b, h, begin);
            Scores<V>(query, keys, operands.K.RowStride, count, arguments.D, arguments.Scale * VectorMath.Log2E, scores);
            if (AttentionMasks.HasMask(operands))
            {
                AttentionMasks.Additions(ref operands, b, h, t, begin, count, factors);
                for (var i = 0; i < count; i++)
                    scores[i] += factors[i];
            }
            if (hasWeights)
                new Span<float>(scores, count).CopyTo(new(weights + begin, count));
            var before = max;
            max = MathF.Max(max, RowMath.Max<V>(scores, count));
            var shift = float.IsNegativeInfinity(max) ? 0f : max;
            var keep = float.Exp2(before - shift);
            sum = sum * keep + Powers<V>(scores, count, shift);
            if (arguments.DropBelow > 0)
            {
                AttentionMasks.Factors(ref arguments, b, h, t, begin, count, factors);
                for (var i = 0; i < count; i++)
                    scores[i] *= factors[i];
            }
            AddValues<V>(scores, v + operands.V.Row(b, h, begin), operands.V.RowStride, count, arguments.D, keep, output);
        }
        var lse = sum == 0f ? float.NegativeInfinity : max + MathF.Log2(sum);
        if (hasWeights)
        {
            new Span<float>(weights, Math.Min(first, arguments.S)).Clear();
            Powers<V>(weights + first, end - first, float.IsNegativeInfinity(lse) ? 0f : lse);
            if (end < arguments.S)
                new Span<float>(weights + end, arguments.S - end).Clear();
        }
        if (operands.Lse.Length > 0)
            operands.Lse[item] = lse * VectorMath.Ln2;
        if (operands.O.Values.Length == 0)
            return;
        var target = operands.O.Values.Pointer() + operands.O.Row(b, h, t);
        for (var d = 0; d < arguments.D; d++)
            target[d] = sum == 0f ? 0f : output[d] / sum;
    }

    // Dot products with the keys, four at a time.
    [MethodImpl(MicroKernel.Options)]
    private static void Scores<V>(float* query, float* k, int stride, int count, int headSize, float scale, float* scores)
        where V : struct, IVector<V>
    {
        var whole = headSize / V.Count * V.Count;
        var s = 0;
        for (; s + 4 <= count; s += 4, k += 4L * stride)
        {
            var k1 = k + stride;
            var k2 = k1 + stride;
            var k3 = k2 + stride;
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (var d = 0; d < whole; d += V.Count)
            {
                var x = V.Load(query + d);
                V.AddProduct(ref s0, x, V.Load(k + d));
                V.AddProduct(ref s1, x, V.Load(k1 + d));
                V.AddProduct(ref s2, x, V.Load(k2 + d));
                V.AddProduct(ref s3, x, V.Load(k3 + d));
            }
            var (r0, r1, r2, r3) = (V.Sum(s0), V.Sum(s1), V.Sum(s2), V.Sum(s3));
            for (var d = whole; d < headSize; d++)
            {
                r0 += query[d] * k[d];
                r1 += query[d] * k1[d];
                r2 += query[d] * k2[d];
                r3 += query[d] * k3[d];
            }
            scores[s] = r0 * scale;
            scores[s + 1] = r1 * scale;
            scores[s + 2] = r2 * scale;
            scores[s + 3] = r3 * scale;
        }
        for (; s < count; s++, k += stride)
            scores[s] = RowMath.Dot<V>(query, k, headSize) * scale;
    }

    // Turns scores into 2^(score - shift) and gives their sum.
    [MethodImpl(MicroKernel.Options)]
    private static float Powers<V>(float* scores, int count, float shift)
        where V : struct, IVector<V>
    {
        var shifts = V.Broadcast(shift);
        var sum = V.Zero;
        var s = 0;
        for (; s + V.Count <= count; s += V.Count)
        {
            var weight = VectorMath.PowerOfTwo(V.Load(scores + s) - shifts);
            sum += weight;
            V.Store(weight, scores + s);
        }
        if (s < count)
        {
            var weight = VectorMath.PowerOfTwo(VectorMath.LoadPartial<V>(scores + s, count - s, float.NegativeInfinity) - shifts);
            sum += weight;
            VectorMath.StorePartial(weight, scores + s, count - s);
        }
        return V.Sum(sum);
    }

    // output = output keep + sum of weight times value, four keys at a time.
    [MethodImpl(MicroKernel.Options)]
    private static void AddValues<V>(float* weights, float* v, int stride, int count, int headSize, float keep, float* output)
        where V : struct, IVector<V>
    {
        for (var d = 0; d < headSize; d++)
            output[d] *= keep;
        var whole = headSize / V.Count * V.Count;
        for (var s = 0; s < count; s += 4, v += 4L * stride)
        {
            var left = count - s;
            // Where fewer than four keys are left, the first one stands in for the others, with no weight.
            var v1 = left > 1 ? v + stride : v;
            var v2 = left > 2 ? v1 + stride : v;
            var v3 = left > 3 ? v2 + stride : v;
            var (w0, w1, w2, w3) = (
                weights[s], left > 1 ? weights[s + 1] : 0f, left > 2 ? weights[s + 2] : 0f, left > 3 ? weights[s + 3] : 0f);
            var (x0, x1, x2, x3) = (V.Broadcast(w0), V.Broadcast(w1), V.Broadcast(w2), V.Broadcast(w3));
            for (var d = 0; d < whole; d += V.Count)
            {
                var even = V.MultiplyAdd(x0, V.Load(v + d), V.Load(output + d));
                V.AddProduct(ref even, x1, V.Load(v1 + d));
                V.AddProduct(ref even, x2, V.Load(v2 + d));
                V.Store(V.MultiplyAdd(x3, V.Load(v3 + d), even), output + d);
            }
            for (var d = whole; d < headSize; d++)
                output[d] += w0 * v[d] + w1 * v1[d] + w2 * v2[d] + w3 * v3[d];
        }
    }
}
