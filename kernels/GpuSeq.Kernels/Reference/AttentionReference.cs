using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of scaled dot-product attention. Everything is [B, H, rows, columns], side by side.</summary>
/// <typeparam name="T">The precision.</typeparam>
/// <param name="shape">Sizes, scale and band.</param>
/// <param name="lengths">[B], or nothing.</param>
/// <param name="keep">[B, H, T, S], 0 where a key is hidden; or nothing.</param>
/// <param name="bias">[B, H, T, S], added to the scores; or nothing.</param>
/// <param name="factors">[B, H, T, S], what dropout multiplies the weights by; or nothing.</param>
public sealed class AttentionReference<T>(AttentionShape shape, int[] lengths, int[] keep, T[] bias, T[] factors)
    where T : IFloatingPointIeee754<T>
{
    private int Heads => shape.Batch * shape.Heads;

    /// <summary>o = (softmax(scale q k^T + bias) factors) v, the softmax itself, and the logarithm of its denominator.</summary>
    public void Forward(T[] q, T[] k, T[] v, T[] o, T[] lse, T[] weights)
    {
        for (var head = 0; head < Heads; head++)
        {
            for (var t = 0; t < shape.Queries; t++)
            {
                var row = head * shape.Queries + t;
                var max = T.NegativeInfinity;
                for (var s = 0; s < shape.Keys; s++)
                    max = T.Max(max, Score(q, k, head, t, s));
                if (T.IsNegativeInfinity(max))
                    max = T.Zero;
                var sum = T.Zero;
                for (var s = 0; s < shape.Keys; s++)
                    sum += T.Exp(Score(q, k, head, t, s) - max);
                lse[row] = max + T.Log(sum);
                for (var d = 0; d < shape.HeadSize; d++)
                    o[row * shape.HeadSize + d] = T.Zero;
                for (var s = 0; s < shape.Keys; s++)
                {
                    var weight = sum == T.Zero ? T.Zero : T.Exp(Score(q, k, head, t, s) - max) / sum;
                    weights[row * shape.Keys + s] = weight;
                    for (var d = 0; d < shape.HeadSize; d++)
                        o[row * shape.HeadSize + d] += weight * Factor(row, s) * v[(head * shape.Keys + s) * shape.HeadSize + d];
                }
            }
        }
    }

    /// <summary>The gradients of <see cref="Forward"/>, added to what dq, dk and dv hold; dWeights may be nothing.</summary>
    public void Backward(T[] upstream, T[] dWeights, T[] q, T[] k, T[] v, T[] dq, T[] dk, T[] dv)
    {
        var rows = Heads * shape.Queries;
        var weights = new T[rows * shape.Keys];
        Forward(q, k, v, new T[rows * shape.HeadSize], new T[rows], weights);
        var scale = T.CreateChecked(shape.Scale);
        for (var row = 0; row < rows; row++)
        {
            var head = row / shape.Queries;
            var slopes = new T[shape.Keys]; // of the weights
            var mean = T.Zero;
            for (var s = 0; s < shape.Keys; s++)
            {
                for (var d = 0; d < shape.HeadSize; d++)
                {
                    var key = (head * shape.Keys + s) * shape.HeadSize + d;
                    var output = upstream[row * shape.HeadSize + d];
                    slopes[s] += output * v[key] * Factor(row, s);
                    dv[key] += output * weights[row * shape.Keys + s] * Factor(row, s);
                }
                if (dWeights.Length > 0)
                    slopes[s] += dWeights[row * shape.Keys + s];
                mean += slopes[s] * weights[row * shape.Keys + s];
            }
            for (var s = 0; s < shape.Keys; s++)
            {
                var slope = scale * weights[row * shape.Keys + s] * (slopes[s] - mean); // of the score
                for (var d = 0; d < shape.HeadSize; d++)
                {
                    var key = (head * shape.Keys + s) * shape.HeadSize + d;
                    dq[row * shape.HeadSize + d] += slope * k[key];
                    dk[key] += slope * q[row * shape.HeadSize + d];
                }
            }
        }
    }

    private T Score(T[] q, T[] k, int head, int t, int s)
    {
        var row = head * shape.Queries + t;
        var place = (long)t + shape.Offset;
        var isHidden = s < place - shape.Left || s > place + shape.Right
            || (lengths.Length > 0 && s >= lengths[head / shape.Heads])
            || (keep.Length > 0 && keep[row * shape.Keys + s] == 0);
        if (isHidden)
            return T.NegativeInfinity;
        var dot = T.Zero;
        for (var d = 0; d < shape.HeadSize; d++)
            dot += q[row * shape.HeadSize + d] * k[(head * shape.Keys + s) * shape.HeadSize + d];
        var score = dot * T.CreateChecked(shape.Scale);
        return bias.Length > 0 ? score + bias[row * shape.Keys + s] : score;
    }

    private T Factor(int row, int s) => factors.Length > 0 ? factors[row * shape.Keys + s] : T.One;
}
