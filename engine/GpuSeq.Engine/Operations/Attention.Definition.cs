using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    // v: q, k, v, lengths, keep and bias.
    private static double[][] AttentionValues(AttentionParts parts, AttentionShape shape, AttentionOptions options, double[][] v)
    {
        var rows = shape.Batch * shape.Heads * shape.Queries;
        var reference = new AttentionReference<double>(
            shape, Ints(v[3]), Ints(Spread(shape, options.Keep, v[4])), Spread(shape, options.Bias, v[5]), DropoutFactors(shape));
        var (output, weights) = (new double[rows * shape.HeadSize], new double[rows * shape.Keys]);
        reference.Forward(
            HeadsFirst(parts, parts.Q, shape, shape.Queries, v[0]), HeadsFirst(parts, parts.K, shape, shape.Keys, v[1]),
            HeadsFirst(parts, parts.V, shape, shape.Keys, v[2]), output, new double[rows], weights);
        var result = new double[output.Length];
        var outputPart = new AttentionPart(parts.Q.Tensor, 0, shape.Heads * shape.HeadSize);
        Place(Places(parts, outputPart, shape, shape.Queries), output, result);
        return options.ReturnsWeights ? [result, weights] : [result];
    }

    private static double[] HeadsFirst(AttentionParts parts, AttentionPart part, AttentionShape shape, int length, double[] values) =>
        Copied(Places(parts, part, shape, length), values);

    // For each element of [B, H, length, D], where it lies.
    private static int[] Places(AttentionParts parts, AttentionPart part, AttentionShape shape, int length)
    {
        var places = new int[shape.Batch * shape.Heads * length * shape.HeadSize];
        for (var i = 0; i < places.Length; i++)
        {
            var (row, d) = Math.DivRem(i, shape.HeadSize);
            var (b, h, t) = (row / length / shape.Heads, row / length % shape.Heads, row % length);
            places[i] = parts.HeadsFirst ? i : part.Offset + (b * length + t) * part.RowStride + h * shape.HeadSize + d;
        }
        return places;
    }

    // A mask, or nothing, for every score [B, H, T, S].
    private static double[] Spread(AttentionShape shape, Tensor? mask, double[] values) => mask is null
        ? []
        : Copied(LayoutReference.Broadcast([.. mask.Shape], [shape.Batch, shape.Heads, shape.Queries, shape.Keys]), values);

    // What dropout multiplies the weights [B, H, T, S] by: 16 bits of a random block decide, and a row begins a block.
    private static double[] DropoutFactors(AttentionShape shape)
    {
        if (shape.DropoutRate == 0f)
            return [];
        const int PerBlock = 8;
        var below = (uint)MathF.Round(shape.DropoutRate * 65536f);
        var factors = new double[shape.Batch * shape.Heads * shape.Queries * shape.Keys];
        for (var i = 0; i < factors.Length; i++)
        {
            var (row, s) = Math.DivRem(i, shape.Keys);
            var block = (ulong)row * (ulong)((shape.Keys + PerBlock - 1) / PerBlock) + (ulong)(s / PerBlock);
            var words = RandomReference.Philox([.. Halves(block), .. Halves(shape.Call)], [.. Halves(shape.Seed)]);
            factors[i] = (words[s % PerBlock / 2] >> s % 2 * 16 & 0xFFFF) < below ? 0 : 65536.0 / (65536 - below);
        }
        return factors;

        static uint[] Halves(ulong number) => [(uint)number, (uint)(number >> 32)];
    }
}
