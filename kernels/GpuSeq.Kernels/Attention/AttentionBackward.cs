using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The backward pass on CPUs. A work item takes a head: blocks of keys outside, blocks of queries inside. With weights
/// P = 2^(scores - log-sum-exp), computed again, and dP = dO V^T: dV = P^T dO, dS = P (dP - delta), dQ = scale dS K,
/// dK = scale dS^T Q, where delta is the row's sum of dO O (Dao et al., "FlashAttention", 2022, algorithm 4).
/// </summary>
/// <remarks>
/// P and dS are [queries, lanes], a panel of keys to the lanes of two vectors: they are operand b of the products for
/// dV^T and dK^T as they are; for dQ^T, dS is transposed by blocks in registers.
/// </remarks>
internal static unsafe class AttentionBackward
{
    /// <summary>Item i computes the gradients of a head.</summary>
    public static void Heads(Index1D item, AttentionOperands operands, AttentionArguments arguments) =>
        HeadItem(item, operands, arguments);

    [IntrinsicImplementation]
    public static void HeadItem(int item, AttentionOperands operands, AttentionArguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                Compute<Vector512Lanes, LargeTiles>(item, ref operands, ref arguments);
                break;
            case SimdWidth.Bits256:
                Compute<Vector256Lanes, SmallTiles>(item, ref operands, ref arguments);
                break;
            default:
                Compute<Vector128Lanes, SmallTiles>(item, ref operands, ref arguments);
                break;
        }
    }

    /// <summary>The memory of a work item, and where it stands.</summary>
    private struct Scratch
    {
        public int Batch;
        public int Head;
        public int FirstKey;
        public int Keys;
        public int FirstQuery;
        public int Queries;
        public PanelCut HeadCut; // of D
        public PanelCut QueryCut;

        public float* K; // [keys, padded D]
        public float* KPanels; // [panel, D, lanes]
        public float* VPanels; // [panel, D, lanes]
        public float* Dk; // [panel, padded D, lanes]
        public float* Dv; // [panel, padded D, lanes]
        public float* Q; // [queries, padded D]
        public float* Do; // [queries, padded D]
        public float* QPanels; // [D, rows] by panels of rows, scaled
        public float* DoPanels; // [D, rows] by panels of rows
        public float* P; // [queries, lanes]
        public float* Ds; // [queries, lanes], at first dP
        public float* DsPanels; // [panel of queries, keys, lanes]
        public float* Lse; // [queries], in units of ln 2
        public float* Delta; // [queries]
        public float* Dq; // [padded D, lanes]
        public float* Ones; // [lanes]
        public float* Masks; // [lanes]
    }

    [MethodImpl(MicroKernel.Options)]
    [SkipLocalsInit]
    private static void Compute<V, TTiles>(int item, ref AttentionOperands operands, ref AttentionArguments arguments)
        where V : struct, IVector<V>
        where TTiles : struct, IRegisterTiles
    {
        var scratch = new Scratch { HeadCut = new(arguments.D, TTiles.Unit) };
        (scratch.Batch, scratch.Head) = Math.DivRem(item, arguments.H);
        var lanes = 2 * V.Count;
        var (keyBlock, queryBlock, padded) = (arguments.KeyBlock, arguments.QueryBlock, scratch.HeadCut.Padded);
        var queryRows = new PanelCut(queryBlock, TTiles.Unit).Padded;
        var memory = stackalloc float[
            keyBlock * (3 * padded + 2 * arguments.D) + queryBlock * (2 * padded + 2) + 2 * queryRows * (arguments.D + lanes)
            + queryBlock * keyBlock + lanes * (padded + 2) + 20 * 16];
        scratch.K = Take(ref memory, keyBlock * padded);
        scratch.KPanels = Take(ref memory, keyBlock * arguments.D);
        scratch.VPanels = Take(ref memory, keyBlock * arguments.D);
        scratch.Dk = Take(ref memory, keyBlock * padded);
        scratch.Dv = Take(ref memory, keyBlock * padded);
        scratch.Q = Take(ref memory, queryBlock * padded);
        scratch.Do = Take(ref memory, queryBlock * padded);
        scratch.QPanels = Take(ref memory, queryRows * arguments.D);
        scratch.DoPanels = Take(ref memory, queryRows * arguments.D);
        scratch.P = Take(ref memory, queryRows * lanes);
        scratch.Ds = Take(ref memory, queryRows * lanes);
        scratch.DsPanels = Take(ref memory, queryBlock * keyBlock);
        scratch.Lse = Take(ref memory, queryBlock);
        scratch.Delta = Take(ref memory, queryBlock);
        scratch.Dq = Take(ref memory, padded * lanes);
        scratch.Ones = Take(ref memory, lanes);
        scratch.Masks = Take(ref memory, lanes);
        new Span<float>(scratch.Ones, lanes).Fill(1f);

        PrepareRows<V>(ref operands, ref arguments, scratch);
        var length = AttentionMasks.Length(operands, arguments, scratch.Batch);
        for (scratch.FirstKey = 0; scratch.FirstKey < arguments.S; scratch.FirstKey += keyBlock)
        {
            scratch.Keys = Math.Min(keyBlock, length - scratch.FirstKey);
            if (scratch.Keys > 0)
                KeyBlock<V, TTiles>(ref operands, ref arguments, ref scratch, length);
            StoreKeys<V>(ref operands, ref arguments, scratch);
        }
    }

    private static float* Take(ref float* memory, int count)
    {
        var address = (float*)(((nuint)memory + 63) & ~(nuint)63);
        memory = address + count;
        return address;
    }

    // The delta of every query; and dQ begins at 0, where it does not add to what is there.
    private static void PrepareRows<V>(ref AttentionOperands operands, ref AttentionArguments arguments, in Scratch scratch)
        where V : struct, IVector<V>
    {
        var o = operands.O.Values.Pointer();
        var upstream = operands.Do.Values.Pointer();
        var dq = operands.Dq.Values.Pointer();
        var (b, h) = (scratch.Batch, scratch.Head);
        for (var t = 0; t < arguments.T; t++)
        {
            var row = ((long)b * arguments.H + h) * arguments.T + t;
            var delta = RowMath.Dot<V>(o + operands.O.Row(b, h, t), upstream + operands.Do.Row(b, h, t), arguments.D);
            if (operands.DWeights.Length > 0)
            {
                delta += RowMath.Dot<V>(
                    operands.Weights.Pointer() + row * arguments.S,
                    operands.DWeights.Pointer() + row * arguments.S, arguments.S);
            }
            operands.Delta[row] = delta;
            if ((arguments.Accumulate & AttentionArguments.AccumulateQ) == 0)
                new Span<float>(dq + operands.Dq.Row(b, h, t), arguments.D).Clear();
        }
    }

    private static void KeyBlock<V, TTiles>(
        ref AttentionOperands operands, ref AttentionArguments arguments, ref Scratch scratch, int length)
        where V : struct, IVector<V>
        where TTiles : struct, IRegisterTiles
    {
        var lanes = 2 * V.Count;
        var (b, h, d, padded) = (scratch.Batch, scratch.Head, arguments.D, scratch.HeadCut.Padded);
        var k = operands.K.Values.Pointer() + operands.K.Row(b, h, scratch.FirstKey);
        var v = operands.V.Values.Pointer() + operands.V.Row(b, h, scratch.FirstKey);
        AttentionPanels.CopyRows<V>(k, operands.K.RowStride, scratch.Keys, d, scratch.K, padded);
        for (var s = 0; s < scratch.Keys; s += lanes)
        {
            var count = Math.Min(lanes, scratch.Keys - s);
            GemmPacking.Transpose(k + (long)s * operands.K.RowStride, operands.K.RowStride, count, d, scratch.KPanels + s * d, lanes);
            GemmPacking.Transpose(v + (long)s * operands.V.RowStride, operands.V.RowStride, count, d, scratch.VPanels + s * d, lanes);
        }
        new Span<float>(scratch.Dk, arguments.KeyBlock * padded).Clear();
        new Span<float>(scratch.Dv, arguments.KeyBlock * padded).Clear();
        for (scratch.FirstQuery = 0; scratch.FirstQuery < arguments.T; scratch.FirstQuery += arguments.QueryBlock)
        {
            scratch.Queries = Math.Min(arguments.QueryBlock, arguments.T - scratch.FirstQuery);
            var sees = arguments.FirstKey(scratch.FirstQuery) < scratch.FirstKey + scratch.Keys
                && arguments.EndKey(scratch.FirstQuery + scratch.Queries - 1, length) > scratch.FirstKey;
            if (sees)
                QueryBlock<V, TTiles>(ref operands, ref arguments, ref scratch, length);
        }
    }

    private static void QueryBlock<V, TTiles>(
        ref AttentionOperands operands, ref AttentionArguments arguments, ref Scratch scratch, int length)
        where V : struct, IVector<V>
        where TTiles : struct, IRegisterTiles
    {
        var lanes = 2 * V.Count;
        var (d, padded) = (arguments.D, scratch.HeadCut.Padded);
        PackQueries<V, TTiles>(ref operands, ref arguments, ref scratch);
        for (var s = 0; s < scratch.Keys; s += lanes)
        {
            // What no query of the block sees in this panel stays 0; that is all of it where causal attention hides the future.
            var first = scratch.FirstKey + s;
            var end = first + Math.Min(lanes, scratch.Keys - s);
            var (from, to) = (FirstSeeing(arguments, scratch, first), EndSeeing(arguments, scratch, end - 1));
            if (from >= to)
            {
                new Span<float>(scratch.Ds, scratch.Queries * lanes).Clear();
            }
            else
            {
                var (panel, endPanel) = (scratch.QueryCut.PanelOf(from), scratch.QueryCut.PanelOf(to - 1) + 1);
                AttentionPanels.Multiply<V, TTiles>(
                    scratch.QueryCut, panel, endPanel, d, scratch.QPanels, 0, scratch.KPanels + s * d, scratch.P);
                AttentionPanels.Multiply<V, TTiles>(
                    scratch.QueryCut, panel, endPanel, d, scratch.DoPanels, 0, scratch.VPanels + s * d, scratch.Ds);
                new Span<float>(scratch.Ds, from * lanes).Clear();
                new Span<float>(scratch.Ds + to * lanes, (scratch.Queries - to) * lanes).Clear();
                Weigh<V>(ref operands, ref arguments, scratch, s, from, to);
                AttentionPanels.Multiply<V, TTiles>(
                    scratch.HeadCut, 0, scratch.HeadCut.Panels, to - from, scratch.Do + from * padded, padded, scratch.P + from * lanes,
                    scratch.Dv + s * padded, scratch.Ones);
                AttentionPanels.Multiply<V, TTiles>(
                    scratch.HeadCut, 0, scratch.HeadCut.Panels, to - from, scratch.Q + from * padded, padded, scratch.Ds + from * lanes,
                    scratch.Dk + s * padded, scratch.Ones);
            }
            for (var t = 0; t < scratch.Queries; t += GemmTranspose.Lines)
            {
                var (panel, lane) = Math.DivRem(t, lanes);
                var lines = Math.Min(GemmTranspose.Lines, scratch.Queries - t);
                GemmTranspose.Panel(
                    scratch.Ds + t * lanes, lanes, lines, GemmTranspose.Lines, lanes,
                    scratch.DsPanels + (panel * arguments.KeyBlock + s) * lanes + lane, lanes);
            }
        }
        AddToQueries<V, TTiles>(ref operands, ref arguments, scratch);
    }

    // The queries of the block that may see a key: from the first to before the end.
    private static int FirstSeeing(in AttentionArguments arguments, in Scratch scratch, int key) =>
        Math.Clamp(key - arguments.Offset - arguments.Right - scratch.FirstQuery, 0, scratch.Queries);

    private static int EndSeeing(in AttentionArguments arguments, in Scratch scratch, int key) =>
        Math.Clamp(key - arguments.Offset + arguments.Left - scratch.FirstQuery + 1, 0, scratch.Queries);

    private static void PackQueries<V, TTiles>(ref AttentionOperands operands, ref AttentionArguments arguments, ref Scratch scratch)
        where V : struct, IVector<V>
        where TTiles : struct, IRegisterTiles
    {
        var (b, h, d, padded) = (scratch.Batch, scratch.Head, arguments.D, scratch.HeadCut.Padded);
        var q = operands.Q.Values.Pointer() + operands.Q.Row(b, h, scratch.FirstQuery);
        var upstream = operands.Do.Values.Pointer() + operands.Do.Row(b, h, scratch.FirstQuery);
        scratch.QueryCut = new(scratch.Queries, TTiles.Unit);
        AttentionPanels.CopyRows<V>(q, operands.Q.RowStride, scratch.Queries, d, scratch.Q, padded);
        AttentionPanels.CopyRows<V>(upstream, operands.Do.RowStride, scratch.Queries, d, scratch.Do, padded);
        AttentionPanels.PackRows<TTiles>(q, operands.Q.RowStride, scratch.Queries, d, scratch.QueryCut, scratch.QPanels);
        AttentionPanels.Scale<V>(scratch.QPanels, scratch.QueryCut.Padded * d, arguments.Scale * VectorMath.Log2E);
        AttentionPanels.PackRows<TTiles>(upstream, operands.Do.RowStride, scratch.Queries, d, scratch.QueryCut, scratch.DoPanels);
        for (var t = 0; t < scratch.Queries; t++)
        {
            var row = ((long)b * arguments.H + h) * arguments.T + scratch.FirstQuery + t;
            var lse = operands.Lse[row];
            // A query that saw nothing: minus infinity from minus infinity would be no number, minus infinity less infinity is right.
            scratch.Lse[t] = lse == float.NegativeInfinity ? float.PositiveInfinity : lse * VectorMath.Log2E;
            scratch.Delta[t] = operands.Delta[row];
        }
    }

    // Turns scores and dP of a panel of keys into P and dS.
    private static void Weigh<V>(
        ref AttentionOperands operands, ref AttentionArguments arguments, in Scratch scratch, int panel, int from, int to)
        where V : struct, IVector<V>
    {
        var lanes = 2 * V.Count;
        var (b, h, first) = (scratch.Batch, scratch.Head, scratch.FirstKey + panel);
        var count = Math.Min(lanes, scratch.Keys - panel);
        var isMasked = AttentionMasks.HasMask(operands);
        for (var t = from; t < to; t++)
        {
            var query = scratch.FirstQuery + t;
            var scores = scratch.P + t * lanes;
            if (isMasked)
            {
                AttentionMasks.Additions(ref operands, b, h, query, first, count, scratch.Masks);
                for (var i = 0; i < count; i++)
                    scores[i] += scratch.Masks[i];
            }
            Hide(scores, 0, Math.Min(count, arguments.FirstKey(query) - first));
            Hide(scores, Math.Max(0, arguments.EndKey(query, int.MaxValue) - first), count);
        }
        if (arguments.DropBelow == 0 && operands.DWeights.Length == 0)
        {
            WeighRows<V>(scratch.P, scratch.Ds, scratch.Lse, scratch.Delta, from, to);
            return;
        }
        WeighWithFactors<V>(ref operands, ref arguments, scratch, panel, from, to);

        static void Hide(float* scores, int begin, int end)
        {
            for (var i = begin; i < end; i++)
                scores[i] = float.NegativeInfinity;
        }
    }

    // P = 2^(S - lse), dS = P (dP - delta).
    [MethodImpl(MicroKernel.Options)]
    private static void WeighRows<V>(float* p, float* ds, float* lse, float* delta, int from, int to)
        where V : struct, IVector<V>
    {
        var n = V.Count;
        for (var t = from; t < to; t++)
        {
            var (left, right) = (t * 2 * n, t * 2 * n + n);
            var (shift, less) = (V.Broadcast(lse[t]), V.Broadcast(delta[t]));
            var weight0 = VectorMath.PowerOfTwo(V.Load(p + left) - shift);
            var weight1 = VectorMath.PowerOfTwo(V.Load(p + right) - shift);
            V.Store(weight0, p + left);
            V.Store(weight1, p + right);
            V.Store(weight0 * (V.Load(ds + left) - less), ds + left);
            V.Store(weight1 * (V.Load(ds + right) - less), ds + right);
        }
    }

    // The same with dropout factors z and a gradient of the weights: P z goes to dV, dS = P (z dP + dW - delta).
    private static void WeighWithFactors<V>(
        ref AttentionOperands operands, ref AttentionArguments arguments, in Scratch scratch, int panel, int from, int to)
        where V : struct, IVector<V>
    {
        var lanes = 2 * V.Count;
        var (b, h, first) = (scratch.Batch, scratch.Head, scratch.FirstKey + panel);
        var count = Math.Min(lanes, scratch.Keys - panel);
        var factors = stackalloc float[lanes];
        for (var t = from; t < to; t++)
        {
            var query = scratch.FirstQuery + t;
            if (arguments.DropBelow > 0)
                AttentionMasks.Factors(ref arguments, b, h, query, first, count, factors);
            else
                new Span<float>(factors, count).Fill(1f);
            var p = scratch.P + t * lanes;
            var ds = scratch.Ds + t * lanes;
            var row = (((long)b * arguments.H + h) * arguments.T + query) * arguments.S + first;
            for (var i = 0; i < count; i++)
                ds[i] = ds[i] * factors[i] + (operands.DWeights.Length > 0 ? operands.DWeights[row + i] : 0f);
            WeighRows<V>(scratch.P, scratch.Ds, scratch.Lse, scratch.Delta, t, t + 1);
            for (var i = 0; i < count; i++)
                p[i] *= factors[i];
        }
    }

    // dQ += scale dS K.
    private static void AddToQueries<V, TTiles>(ref AttentionOperands operands, ref AttentionArguments arguments, in Scratch scratch)
        where V : struct, IVector<V>
        where TTiles : struct, IRegisterTiles
    {
        var lanes = 2 * V.Count;
        var padded = scratch.HeadCut.Padded;
        var dq = operands.Dq.Values.Pointer();
        for (var t = 0; t < scratch.Queries; t += lanes)
        {
            AttentionPanels.Multiply<V, TTiles>(
                scratch.HeadCut, 0, scratch.HeadCut.Panels, scratch.Keys, scratch.K, padded, scratch.DsPanels + t * arguments.KeyBlock,
                scratch.Dq);
            AttentionPanels.Scale<V>(scratch.Dq, arguments.D * lanes, arguments.Scale);
            AttentionPanels.StoreRows(
                scratch.Dq, lanes, Math.Min(lanes, scratch.Queries - t), arguments.D,
                dq + operands.Dq.Row(scratch.Batch, scratch.Head, scratch.FirstQuery + t), operands.Dq.RowStride, true);
        }
    }

    // dK and dV of the block; 0 for keys that are padding.
    private static void StoreKeys<V>(ref AttentionOperands operands, ref AttentionArguments arguments, in Scratch scratch)
        where V : struct, IVector<V>
    {
        var lanes = 2 * V.Count;
        var (b, h, padded) = (scratch.Batch, scratch.Head, scratch.HeadCut.Padded);
        var dk = operands.Dk.Values.Pointer() + operands.Dk.Row(b, h, scratch.FirstKey);
        var dv = operands.Dv.Values.Pointer() + operands.Dv.Row(b, h, scratch.FirstKey);
        var (addK, addV) = (
            (arguments.Accumulate & AttentionArguments.AccumulateK) != 0, (arguments.Accumulate & AttentionArguments.AccumulateV) != 0);
        for (var s = 0; s < scratch.Keys; s += lanes)
        {
            var count = Math.Min(lanes, scratch.Keys - s);
            AttentionPanels.Scale<V>(scratch.Dk + s * padded, arguments.D * lanes, arguments.Scale);
            AttentionPanels.StoreRows(
                scratch.Dk + s * padded, lanes, count, arguments.D, dk + (long)s * operands.Dk.RowStride, operands.Dk.RowStride, addK);
            AttentionPanels.StoreRows(
                scratch.Dv + s * padded, lanes, count, arguments.D, dv + (long)s * operands.Dv.RowStride, operands.Dv.RowStride, addV);
        }
        var end = Math.Min(arguments.KeyBlock, arguments.S - scratch.FirstKey);
        for (var s = Math.Max(0, scratch.Keys); s < end; s++)
        {
            if (!addK)
                new Span<float>(dk + (long)s * operands.Dk.RowStride, arguments.D).Clear();
            if (!addV)
                new Span<float>(dv + (long)s * operands.Dv.RowStride, arguments.D).Clear();
        }
    }
}
