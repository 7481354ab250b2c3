using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Scaled dot-product attention (Vaswani et al., "Attention Is All You Need", 2017, equation 1):
/// o = softmax(scale q k^T + bias) v, q, o [B, H, T, D], k, v [B, H, S, D], lse [B, H, T] the logarithm of the softmax's
/// denominator. The scores are never written: the backward pass computes them again from lse (Dao et al.,
/// "FlashAttention", 2022). A query that may see no key gets 0, and lse of -infinity.
/// </summary>
/// <remarks>
/// Dropout weighs every weight (b, h, t, s) by 0 or 1 / (1 - rate), with the rate rounded to 1 / 65,536, by 16 bits of the
/// random number of its place; the mask is not stored.
/// </remarks>
public sealed class Attention
{
    private const int FewQueries = 4; // so many go one at a time
    // Elements of a block of keys or queries, of which the forward pass has a few and the backward pass many in the second-level cache.
    private const int ForwardBlock = 16 * 1024;
    private const int BackwardBlock = 8 * 1024;
    private const int LanesOfWidest = 32; // blocks are multiples of the widest panel

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, AttentionOperands, AttentionArguments>? _forward;
    private readonly Action<Index1D, AttentionOperands, AttentionArguments>? _backward;
    private readonly Action<Index1D, AttentionOperands, AttentionArguments>? _queries;
    private readonly AttentionGroups? _groups;

    internal Attention(KernelLibrary library)
    {
        _library = library;
        if (library.Shape == KernelShape.Row)
        {
            _forward = library.LoadKernel<AttentionOperands, AttentionArguments>(AttentionForward.Panels);
            _backward = library.LoadKernel<AttentionOperands, AttentionArguments>(AttentionBackward.Heads);
            _queries = library.LoadKernel<AttentionOperands, AttentionArguments>(AttentionQueries.Queries);
        }
        else
        {
            _groups = new AttentionGroups(library);
        }
    }

    /// <summary>Computes the outputs.</summary>
    /// <param name="shape">Sizes, scale, band and dropout.</param>
    /// <param name="q">[B, H, T, D].</param>
    /// <param name="k">[B, H, S, D]; with a cache of past keys, its rows so far.</param>
    /// <param name="v">[B, H, S, D].</param>
    /// <param name="o">[B, H, T, D].</param>
    /// <param name="lse">[B, H, T], for the backward pass; or empty.</param>
    /// <param name="mask">What hides keys, beside the band.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Forward(
        AttentionShape shape, HeadsView q, HeadsView k, HeadsView v, HeadsView o,
        ArrayView<float> lse = default, AttentionMask mask = default)
    {
        Check(shape, q, k, v, lse, mask);
        CheckHeads(shape, nameof(o), o, shape.Queries);
        Run(shape, new() { Q = q, K = k, V = v, O = o, Lse = lse, Mask = mask }, oneByOne: shape.Queries <= FewQueries);
    }

    /// <summary>
    /// Computes the weights for people to look at, softmax(scale q k^T + bias) before dropout, and the outputs with them.
    /// </summary>
    /// <param name="shape">Sizes, scale, band and dropout.</param>
    /// <param name="q">[B, H, T, D].</param>
    /// <param name="k">[B, H, S, D].</param>
    /// <param name="v">[B, H, S, D].</param>
    /// <param name="o">[B, H, T, D].</param>
    /// <param name="weights">[B, H, T, S].</param>
    /// <param name="lse">[B, H, T], for the backward pass; or empty.</param>
    /// <param name="mask">What hides keys, beside the band.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void ForwardWithWeights(
        AttentionShape shape, HeadsView q, HeadsView k, HeadsView v, HeadsView o, ArrayView<float> weights,
        ArrayView<float> lse = default, AttentionMask mask = default)
    {
        Check(shape, q, k, v, lse, mask);
        CheckHeads(shape, nameof(o), o, shape.Queries);
        CheckLength(shape, nameof(weights), weights.Length, Rows(shape) * shape.Keys);
        Run(shape, new() { Q = q, K = k, V = v, O = o, Lse = lse, Mask = mask, Weights = weights }, oneByOne: true);
    }

    /// <summary>Computes the gradients.</summary>
    /// <param name="shape">As in the forward pass.</param>
    /// <param name="dO">[B, H, T, D].</param>
    /// <param name="q">[B, H, T, D].</param>
    /// <param name="k">[B, H, S, D].</param>
    /// <param name="v">[B, H, S, D].</param>
    /// <param name="o">[B, H, T, D], from the forward pass.</param>
    /// <param name="lse">[B, H, T], from the forward pass.</param>
    /// <param name="dq">[B, H, T, D].</param>
    /// <param name="dk">[B, H, S, D].</param>
    /// <param name="dv">[B, H, S, D].</param>
    /// <param name="mask">As in the forward pass.</param>
    /// <param name="weights">[B, H, T, S], from the forward pass, where there is a gradient of the weights; or empty.</param>
    /// <param name="dWeights">[B, H, T, S], the gradient of the weights; or empty.</param>
    /// <param name="accumulate">Which of dq, dk and dv are added to what is there; the others are not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Backward(
        AttentionShape shape, HeadsView dO, HeadsView q, HeadsView k, HeadsView v, HeadsView o, ArrayView<float> lse,
        HeadsView dq, HeadsView dk, HeadsView dv, AttentionMask mask = default,
        ArrayView<float> weights = default, ArrayView<float> dWeights = default, (bool Dq, bool Dk, bool Dv) accumulate = default)
    {
        Check(shape, q, k, v, lse, mask);
        CheckLength(shape, nameof(lse), lse.Length, Rows(shape));
        CheckHeads(shape, nameof(o), o, shape.Queries);
        CheckHeads(shape, nameof(dO), dO, shape.Queries);
        CheckHeads(shape, nameof(dq), dq, shape.Queries);
        CheckHeads(shape, nameof(dk), dk, shape.Keys);
        CheckHeads(shape, nameof(dv), dv, shape.Keys);
        if (dWeights.Length > 0)
        {
            CheckLength(shape, nameof(dWeights), dWeights.Length, Rows(shape) * shape.Keys);
            CheckLength(shape, nameof(weights), weights.Length, Rows(shape) * shape.Keys);
        }
        if (shape.Batch * shape.Heads == 0)
            return;
        using var delta = _library.Pool.Rent(Math.Max(1, Rows(shape)) * sizeof(float));
        var operands = new AttentionOperands
        {
            Q = q,
            K = k,
            V = v,
            O = o,
            Mask = mask,
            Lse = lse,
            Weights = weights,
            Do = dO,
            Dq = dq,
            Dk = dk,
            Dv = dv,
            DWeights = dWeights,
            Delta = delta.View<float>(Rows(shape)),
        };
        var arguments = new AttentionArguments(shape)
        {
            Width = (int)_library.Width,
            QueryBlock = Block(BackwardBlock, shape.HeadSize, 128),
            KeyBlock = Block(BackwardBlock, shape.HeadSize, 128),
            Accumulate = (accumulate.Dq ? AttentionArguments.AccumulateQ : 0) | (accumulate.Dk ? AttentionArguments.AccumulateK : 0)
                | (accumulate.Dv ? AttentionArguments.AccumulateV : 0),
        };
        if (_groups is not null)
            _groups.Backward(operands, arguments);
        else
            _backward!(shape.Batch * shape.Heads, operands, arguments);
    }

    private void Run(AttentionShape shape, AttentionOperands operands, bool oneByOne)
    {
        if (Rows(shape) == 0)
            return;
        var arguments = new AttentionArguments(shape) { Width = (int)_library.Width, KeyBlock = Block(ForwardBlock, shape.HeadSize, 256) };
        if (_groups is not null)
        {
            _groups.Forward(operands, arguments, oneByOne);
            return;
        }
        if (oneByOne)
        {
            _queries!(checked((int)Rows(shape)), operands, arguments);
            return;
        }
        // Every work item packs the keys again, so blocks of queries are long unless threads would have nothing to do.
        arguments.QueryBlock = Block(ForwardBlock, shape.HeadSize, 256);
        while (arguments.QueryBlock > LanesOfWidest && Items(arguments) < 3 * _library.Parallelism)
            arguments.QueryBlock = (arguments.QueryBlock / 2 + LanesOfWidest - 1) / LanesOfWidest * LanesOfWidest;
        _forward!(Items(arguments), operands, arguments);
    }

    private static int Items(in AttentionArguments arguments) =>
        checked(arguments.B * arguments.H * ((arguments.T + arguments.QueryBlock - 1) / arguments.QueryBlock));

    private static int Block(int elements, int headSize, int most) =>
        Math.Clamp(elements / headSize / LanesOfWidest * LanesOfWidest, LanesOfWidest, most);

    private static long Rows(AttentionShape shape) => (long)shape.Batch * shape.Heads * shape.Queries;

    private static void Check(
        AttentionShape shape, HeadsView q, HeadsView k, HeadsView v, ArrayView<float> lse, in AttentionMask mask)
    {
        if (shape.Batch < 0 || shape.Heads < 0 || shape.Queries < 0 || shape.Keys < 0)
            throw new ArgumentException($"Attention {shape}: sizes must not be negative.", nameof(shape));
        if (shape.HeadSize is < 1 or > AttentionShape.MaxHeadSize)
            throw new ArgumentException($"Attention {shape}: the head size is from 1 to {AttentionShape.MaxHeadSize}.", nameof(shape));
        if (!(shape.DropoutRate is >= 0f and < 1f))
        {
            throw new ArgumentException(
                $"Attention {shape}: dropout of {shape.DropoutRate}; a rate is from 0 to 1, exclusively.", nameof(shape));
        }
        if (shape.Left < 0 || shape.Right < 0)
            throw new ArgumentException($"Attention {shape}: a band of {shape.Left} keys before and {shape.Right} behind.", nameof(shape));
        CheckHeads(shape, nameof(q), q, shape.Queries);
        CheckHeads(shape, nameof(k), k, shape.Keys);
        CheckHeads(shape, nameof(v), v, shape.Keys);
        if (lse.Length > 0)
            CheckLength(shape, nameof(lse), lse.Length, Rows(shape));
        if (mask.Lengths.Length > 0)
            CheckLength(shape, "the mask's lengths", mask.Lengths.Length, shape.Batch);
        CheckMask(shape, "the mask of keys", mask.Keep.Values.Length, mask.Keep.BatchStride, mask.Keep.HeadStride, mask.Keep.RowStride);
        CheckMask(shape, "the bias", mask.Bias.Values.Length, mask.Bias.BatchStride, mask.Bias.HeadStride, mask.Bias.RowStride);
    }

    private static void CheckHeads(AttentionShape shape, string name, HeadsView heads, int length)
    {
        if (shape.Batch * shape.Heads * length == 0)
            return;
        if (heads.RowStride < shape.HeadSize && length > 1)
        {
            throw new ArgumentException(
                $"Attention {shape}: {name} has rows of {shape.HeadSize} elements, but one begins every {heads.RowStride}.", name);
        }
        var needed = Needed(shape, heads.BatchStride, heads.HeadStride, heads.RowStride, length) + shape.HeadSize;
        if (heads.Values.Length < needed)
            throw new ArgumentException($"Attention {shape}: {name} has {heads.Values.Length} elements and needs {needed}.", name);
    }

    private static void CheckMask(AttentionShape shape, string name, long length, long batchStride, long headStride, int rowStride)
    {
        var needed = Needed(shape, batchStride, headStride, rowStride, shape.Queries) + shape.Keys;
        if (length > 0 && shape.Queries > 0 && length < needed)
            throw new ArgumentException($"Attention {shape}: {name} has {length} elements and needs {needed}.");
    }

    private static long Needed(AttentionShape shape, long batchStride, long headStride, int rowStride, int length) =>
        (shape.Batch - 1) * batchStride + (shape.Heads - 1) * headStride + (length - 1L) * rowStride;

    private static void CheckLength(AttentionShape shape, string name, long length, long needed)
    {
        if (length != needed)
            throw new ArgumentException($"Attention {shape}: {name} has {length} elements and needs {needed}.", name);
    }
}
