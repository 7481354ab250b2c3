using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>What hides or weighs single keys: the masks of the call and its dropout, for one row of scores.</summary>
internal static unsafe class AttentionMasks
{
    /// <summary>Whether scores have anything added.</summary>
    public static bool HasMask(in AttentionOperands operands) =>
        operands.Mask.Keep.Values.Length > 0 || operands.Mask.Bias.Values.Length > 0;

    /// <summary>The number of keys of a sequence that are not padding.</summary>
    public static int Length(in AttentionOperands operands, in AttentionArguments arguments, int b) =>
        operands.Mask.Lengths.Length > 0 ? Math.Clamp(operands.Mask.Lengths[b], 0, arguments.S) : arguments.S;

    /// <summary>What is added to the scores of query t and keys first to first + count - 1, in units of ln 2.</summary>
    public static void Additions(
        ref AttentionOperands operands, int b, int h, int t, int first, int count, float* target, int stride = 1)
    {
        ref var keep = ref operands.Mask.Keep;
        ref var bias = ref operands.Mask.Bias;
        var kept = keep.Values.Length > 0 ? keep.Values.Pointer() + keep.Row(b, h, t) + first : null;
        var added = bias.Values.Length > 0 ? bias.Values.Pointer() + bias.Row(b, h, t) + first : null;
        for (var s = 0; s < count; s++)
        {
            // The least finite number is how others hide keys; it must not become -infinity.
            var value = added == null ? 0f
                : float.IsInfinity(added[s]) ? added[s] : Math.Max(added[s] * VectorMath.Log2E, float.MinValue);
            target[(long)s * stride] = kept == null || kept[s] != 0 ? value : float.NegativeInfinity;
        }
    }

    /// <summary>The factors of dropout of row (b, h, t) and keys first to first + count - 1: 0, or what keeps the mean.</summary>
    public static void Factors(
        ref AttentionArguments arguments, int b, int h, int t, int first, int count, float* target, int stride = 1)
    {
        const int Blocks = Philox.BlocksAtOnce;
        const int PerBlock = 8; // weights, 16 bits each
        var words = stackalloc uint[4 * Blocks];
        var halves = (ushort*)words;
        var row = ((long)b * arguments.H + h) * arguments.T + t;
        var end = first + count;
        for (var s = first / PerBlock * PerBlock; s < end; s += Blocks * PerBlock)
        {
            Philox.Fill(words, arguments.RandomBlock(row) + (ulong)(s / PerBlock), Blocks, arguments.Random.Number, arguments.Random.Seed);
            for (var i = Math.Max(s, first); i < Math.Min(end, s + Blocks * PerBlock); i++)
                target[(long)(i - first) * stride] = halves[i - s] < arguments.DropBelow ? 0f : arguments.KeepFactor;
        }
    }
}
