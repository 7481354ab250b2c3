using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// The forward pass on CPUs. A work item takes a block of queries of one head. Block by block of keys, a panel of queries,
/// one to a lane of two vectors, meets the keys: scores^T [keys, lanes] = K Q^T, the online softmax runs down the lanes, and
/// O^T [D, lanes] = V^T P^T adds to what came before (Dao et al., "FlashAttention", 2022, algorithm 1, transposed so that no
/// sum runs across lanes). Scores are kept in units of ln 2, so that weights are powers of 2.
/// </summary>
/// <remarks>
/// Blocks of keys and panels of queries lie where the shape alone puts them: how queries are dealt to work items changes no bit.
/// </remarks>
internal static unsafe class AttentionForward
{
    /// <summary>Item i computes a block of queries of a head.</summary>
    public static void Panels(Index1D item, AttentionOperands operands, AttentionArguments arguments) =>
        PanelItem(item, operands, arguments);

    [IntrinsicImplementation]
    public static void PanelItem(int item, AttentionOperands operands, AttentionArguments arguments)
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

    /// <summary>A panel of queries: where it is, what it has seen so far, and its memory.</summary>
    private struct Panel
    {
        public int Query; // the first one
        public int Queries;
        public float* Max; // [2 vectors], of the scores so far
        public float* Sum; // of the weights so far
        public float* Output; // [D, 2 vectors]
        public float* Q; // [D, 2 vectors], scaled
        public float* Keep; // [2 vectors], the factors of what came before
    }

    /// <summary>A block of keys.</summary>
    private struct Keys
    {
        public int First;
        public int Count;
        public PanelCut Cut;
        public float* K; // panels [D, rows]
        public float* V; // [keys, padded D]
        public float* Scores; // [keys, 2 vectors]
        public float* Masks; // [keys, 2 vectors], or null
    }

    [MethodImpl(MicroKernel.Options)]
    [SkipLocalsInit]
    private static void Compute<V, TTiles>(int item, ref AttentionOperands operands, ref AttentionArguments arguments)
        where V : struct, IVector<V>
        where TTiles : struct, IRegisterTiles
    {
        var lanes = 2 * V.Count;
        var blocks = (arguments.T + arguments.QueryBlock - 1) / arguments.QueryBlock;
        var (head, block) = Math.DivRem(item, blocks);
        var (b, h) = Math.DivRem(head, arguments.H);
        var begin = block * arguments.QueryBlock;
        var end = Math.Min(arguments.T, begin + arguments.QueryBlock);
        var length = AttentionMasks.Length(operands, arguments, b);
        var headCut = new PanelCut(arguments.D, TTiles.Unit);
        var padded = headCut.Padded;
        var panels = (end - begin + lanes - 1) / lanes;
        var keyRows = new PanelCut(arguments.KeyBlock, TTiles.Unit).Padded;
        var isMasked = AttentionMasks.HasMask(operands) || arguments.DropBelow > 0;

        // One piece of the stack, every part on a cache line of its own.
        var stateLength = lanes * (2 + padded);
        var memory = stackalloc float[
            keyRows * (arguments.D + lanes) + arguments.KeyBlock * padded + (isMasked ? arguments.KeyBlock * lanes : 0)
            + lanes * (arguments.D + 1) + panels * stateLength + 8 * 16];
        memory = Align(memory);
        var keys = new Keys { K = memory };
        keys.V = Align(keys.K + keyRows * arguments.D);
        keys.Scores = Align(keys.V + arguments.KeyBlock * padded);
        var panel = new Panel { Q = Align(keys.Scores + keyRows * lanes) };
        panel.Keep = panel.Q + arguments.D * lanes;
        var state = Align(panel.Keep + lanes);
        keys.Masks = isMasked ? Align(state + panels * stateLength) : null;

        for (var i = 0; i < panels; i++)
        {
            new Span<float>(state + i * stateLength, lanes).Fill(float.NegativeInfinity);
            new Span<float>(state + i * stateLength + lanes, lanes * (1 + padded)).Clear();
        }
        var q = operands.Q.Values.Pointer();
        var k = operands.K.Values.Pointer();
        var v = operands.V.Values.Pointer();
        var firstKey = arguments.FirstKey(begin) / arguments.KeyBlock * arguments.KeyBlock;
        var endKey = arguments.EndKey(end - 1, length);
        for (keys.First = firstKey; keys.First < endKey; keys.First += arguments.KeyBlock)
        {
            keys.Count = Math.Min(arguments.KeyBlock, length - keys.First);
            keys.Cut = new PanelCut(keys.Count, TTiles.Unit);
            AttentionPanels.PackRows<TTiles>(
                k + operands.K.Row(b, h, keys.First), operands.K.RowStride, keys.Count, arguments.D, keys.Cut, keys.K);
            AttentionPanels.CopyRows<V>(
                v + operands.V.Row(b, h, keys.First), operands.V.RowStride, keys.Count, arguments.D, keys.V, padded);
            for (var i = 0; i < panels; i++)
            {
                SetPanel(ref panel, i);
                var first = Math.Max(keys.First, arguments.FirstKey(panel.Query));
                var last = Math.Min(keys.First + keys.Count, arguments.EndKey(panel.Query + panel.Queries - 1, length));
                if (first >= last)
                    continue;
                GemmPacking.Transpose(
                    q + operands.Q.Row(b, h, panel.Query), operands.Q.RowStride, panel.Queries, arguments.D, panel.Q, lanes);
                AttentionPanels.Scale<V>(panel.Q, arguments.D * lanes, arguments.Scale * VectorMath.Log2E);
                AttentionPanels.Multiply<V, TTiles>(
                    keys.Cut, keys.Cut.PanelOf(first - keys.First), keys.Cut.PanelOf(last - 1 - keys.First) + 1, arguments.D, keys.K, 0,
                    panel.Q, keys.Scores);
                Mask<V>(ref operands, ref arguments, b, h, panel, keys, first, last);
                Weigh<V>(panel, keys.Scores + (first - keys.First) * lanes, last - first);
                if (arguments.DropBelow > 0)
                    Drop<V>(ref arguments, b, h, panel, keys, first, last);
                AttentionPanels.Multiply<V, TTiles>(
                    headCut, 0, headCut.Panels, last - first, keys.V + (first - keys.First) * padded, padded,
                    keys.Scores + (first - keys.First) * lanes, panel.Output, panel.Keep);
            }
        }
        var o = operands.O.Values.Pointer();
        for (var i = 0; i < panels; i++)
        {
            SetPanel(ref panel, i);
            Finish<V>(panel, arguments.D);
            AttentionPanels.StoreRows(
                panel.Output, lanes, panel.Queries, arguments.D, o + operands.O.Row(b, h, panel.Query), operands.O.RowStride, false);
            for (var lane = 0; lane < panel.Queries && operands.Lse.Length > 0; lane++)
            {
                var lse = panel.Sum[lane] == 0f ? float.NegativeInfinity : panel.Max[lane] + MathF.Log2(panel.Sum[lane]);
                operands.Lse[(long)head * arguments.T + panel.Query + lane] = lse * VectorMath.Ln2;
            }
        }

        void SetPanel(ref Panel panel, int i)
        {
            panel.Query = begin + i * lanes;
            panel.Queries = Math.Min(lanes, end - panel.Query);
            panel.Max = state + i * stateLength;
            panel.Sum = panel.Max + lanes;
            panel.Output = panel.Sum + lanes;
        }
    }

    private static float* Align(float* address) => (float*)(((nuint)address + 63) & ~(nuint)63);

    // Hides what the masks and, at the edges of the band, the places of single queries hide.
    private static void Mask<V>(
        ref AttentionOperands operands, ref AttentionArguments arguments, int b, int h, in Panel panel, in Keys keys, int first, int last)
        where V : struct, IVector<V>
    {
        var lanes = 2 * V.Count;
        if (AttentionMasks.HasMask(operands))
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                var query = panel.Query + Math.Min(lane, panel.Queries - 1);
                AttentionMasks.Additions(ref operands, b, h, query, first, last - first, keys.Masks + lane, lanes);
            }
            Combine<V>(keys.Scores + (first - keys.First) * lanes, keys.Masks, (last - first) * lanes, multiply: false);
        }
        var lastQuery = panel.Query + panel.Queries - 1;
        var whole = Math.Min(last, arguments.FirstKey(lastQuery)); // from here on, no query's band has yet to begin
        for (var s = first; s < whole; s++)
            HideAtEdge<V>(keys.Scores + (s - keys.First) * lanes, s - arguments.Offset + arguments.Left - panel.Query, false);
        for (var s = Math.Max(first, panel.Query + arguments.Offset + arguments.Right + 1); s < last; s++)
            HideAtEdge<V>(keys.Scores + (s - keys.First) * lanes, s - arguments.Offset - arguments.Right - panel.Query, true);
    }

    // A key at the right edge of the band is hidden from the lanes before one; at the left edge, from those after one.
    private static void HideAtEdge<V>(float* scores, int lane, bool before)
        where V : struct, IVector<V>
    {
        var lanes = 2 * V.Count;
        var (from, to) = before ? (0, Math.Min(lane, lanes)) : (Math.Max(0, lane + 1), lanes);
        for (var i = from; i < to; i++)
            scores[i] = float.NegativeInfinity;
    }

    // The weights 2^(score - max) of a block of keys, and what becomes of the sums so far.
    [MethodImpl(MicroKernel.Options)]
    private static void Weigh<V>(in Panel panel, float* scores, int count)
        where V : struct, IVector<V>
    {
        var n = V.Count;
        var before0 = V.Load(panel.Max);
        var before1 = V.Load(panel.Max + n);
        var (max0, max1) = (before0, before1);
        var (other0, other1) = (before0, before1);
        var s = scores;
        var pairs = scores + (count & ~1) * 2 * n;
        for (; s < pairs; s += 4 * n)
        {
            max0 = V.Max(max0, V.Load(s));
            max1 = V.Max(max1, V.Load(s + n));
            other0 = V.Max(other0, V.Load(s + 2 * n));
            other1 = V.Max(other1, V.Load(s + 3 * n));
        }
        if ((count & 1) != 0)
        {
            max0 = V.Max(max0, V.Load(s));
            max1 = V.Max(max1, V.Load(s + n));
        }
        max0 = V.Max(max0, other0);
        max1 = V.Max(max1, other1);
        V.Store(max0, panel.Max);
        V.Store(max1, panel.Max + n);
        // A query that has seen nothing yet has -infinity, from which nothing can be subtracted.
        var lowest = V.Broadcast(float.MinValue);
        var (shift0, shift1) = (V.Select(V.LessThan(max0, lowest), V.Zero, max0), V.Select(V.LessThan(max1, lowest), V.Zero, max1));
        var (keep0, keep1) = (VectorMath.PowerOfTwo(before0 - shift0), VectorMath.PowerOfTwo(before1 - shift1));
        var (sum0, sum1) = (V.Load(panel.Sum) * keep0, V.Load(panel.Sum + n) * keep1);
        V.Store(keep0, panel.Keep);
        V.Store(keep1, panel.Keep + n);
        var end = scores + count * 2 * n;
        for (s = scores; s < end; s += 2 * n)
        {
            var weight0 = VectorMath.PowerOfTwo(V.Load(s) - shift0);
            var weight1 = VectorMath.PowerOfTwo(V.Load(s + n) - shift1);
            sum0 += weight0;
            sum1 += weight1;
            V.Store(weight0, s);
            V.Store(weight1, s + n);
        }
        V.Store(sum0, panel.Sum);
        V.Store(sum1, panel.Sum + n);
    }

    private static void Drop<V>(
        ref AttentionArguments arguments, int b, int h, in Panel panel, in Keys keys, int first, int last)
        where V : struct, IVector<V>
    {
        var lanes = 2 * V.Count;
        for (var lane = 0; lane < lanes; lane++)
        {
            var query = panel.Query + Math.Min(lane, panel.Queries - 1);
            AttentionMasks.Factors(ref arguments, b, h, query, first, last - first, keys.Masks + lane, lanes);
        }
        Combine<V>(keys.Scores + (first - keys.First) * lanes, keys.Masks, (last - first) * lanes, multiply: true);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Combine<V>(float* scores, float* masks, int count, bool multiply)
        where V : struct, IVector<V>
    {
        for (var i = 0; i < count; i += V.Count)
        {
            var (score, mask) = (V.Load(scores + i), V.Load(masks + i));
            V.Store(multiply ? score * mask : score + mask, scores + i);
        }
    }

    // Divides the outputs by the sums of their weights; 0 where there was nothing to see.
    [MethodImpl(MicroKernel.Options)]
    private static void Finish<V>(in Panel panel, int headSize)
        where V : struct, IVector<V>
    {
        var n = V.Count;
        var one = V.Broadcast(1f);
        var (sum0, sum1) = (V.Load(panel.Sum), V.Load(panel.Sum + n));
        var factor0 = V.Select(V.LessThan(V.Zero, sum0), one / sum0, sum0);
        var factor1 = V.Select(V.LessThan(V.Zero, sum1), one / sum1, sum1);
        for (var d = 0; d < headSize; d++)
        {
            var row = panel.Output + d * 2 * n;
            V.Store(V.Load(row) * factor0, row);
            V.Store(V.Load(row + n) * factor1, row + n);
        }
    }
}
