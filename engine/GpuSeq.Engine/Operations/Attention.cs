using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Engine;

/// <summary>What a query may see, and what is done to its weights.</summary>
public sealed record AttentionOptions
{
    /// <summary>The factor of the dot products; null for 1 / sqrt(head size).</summary>
    public float? Scale { get; init; }

    /// <summary>Whether a query sees no key behind its place.</summary>
    public bool IsCausal { get; init; }

    /// <summary>How many keys on either side of its place a query sees; null for all.</summary>
    public int? Band { get; init; }

    /// <summary>The key at which query 0 stands: with a cache of past keys, how many there are.</summary>
    public int Offset { get; init; }

    /// <summary>[B], how many keys of each sequence there are; the others are padding.</summary>
    public Tensor? Lengths { get; init; }

    /// <summary>Integers that fit [B, H, T, S] as NumPy broadcasts, 0 where a query must not see a key.</summary>
    public Tensor? Keep { get; init; }

    /// <summary>Values that fit [B, H, T, S] as NumPy broadcasts, added to the scores. They get no gradient.</summary>
    public Tensor? Bias { get; init; }

    /// <summary>The share of the weights that is dropped in training.</summary>
    public float Dropout { get; init; }

    /// <summary>Whether the weights are wanted, for people to look at.</summary>
    public bool ReturnsWeights { get; init; }
}

/// <summary>What attention computes.</summary>
/// <param name="Output">As the queries.</param>
/// <param name="Weights">[B, H, T, S], before dropout; null unless they were asked for.</param>
public sealed record AttentionResult(Tensor Output, Tensor? Weights);

public static partial class Operations
{
    /// <summary>
    /// Scaled dot-product attention, softmax(q k^T / sqrt(D)) v (Vaswani et al. 2017, equation 1), in one kernel that keeps no
    /// scores: q [B, H, T, D], k, v [B, H, S, D]; or, with their heads side by side as projections leave them, q [B, T, H D],
    /// k, v [B, S, H D].
    /// </summary>
    /// <param name="q">The queries.</param>
    /// <param name="k">The keys.</param>
    /// <param name="v">The values.</param>
    /// <param name="heads">H, for operands of three dimensions.</param>
    /// <param name="options">What a query may see.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static AttentionResult Attention(this Tensor q, Tensor k, Tensor v, int heads = 1, AttentionOptions? options = null)
    {
        var rank = q.Shape.Rank;
        var fits = rank is 3 or 4 && k.Shape.Equals(v.Shape) && k.Shape.Rank == rank && k.Shape[0] == q.Shape[0]
            && k.Shape[-1] == q.Shape[-1] && (rank == 4 ? k.Shape[1] == q.Shape[1] : heads > 0 && q.Shape[2] % heads == 0);
        if (!fits)
            throw new ShapeException(nameof(Attention), $"q {q.Shape}, k {k.Shape} and v {v.Shape}, heads {heads}");
        if (rank == 4)
            heads = q.Shape[1];
        var (width, headSize) = (q.Shape[-1], rank == 4 ? q.Shape[3] : q.Shape[2] / heads);
        var parts = new AttentionParts(new(q, 0, width), new(k, 0, width), new(v, 0, width), rank == 4);
        return Attend(parts, new(q.Shape[0], heads, q.Shape[-2], k.Shape[-2], headSize), q.Shape, options ?? new());
    }

    /// <summary>
    /// Attention of a sequence to itself, from one projection: qkv [B, T, 3 H D] holds queries, keys and values side by side.
    /// </summary>
    /// <param name="qkv">The projection.</param>
    /// <param name="heads">H.</param>
    /// <param name="options">What a query may see.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static AttentionResult SelfAttention(this Tensor qkv, int heads, AttentionOptions? options = null)
    {
        if (qkv.Shape.Rank != 3 || heads < 1 || qkv.Shape[2] % (3 * heads) != 0)
            throw new ShapeException(nameof(SelfAttention), $"{qkv.Shape} [B, T, 3 H D], heads {heads}");
        var (row, width) = (qkv.Shape[2], qkv.Shape[2] / 3);
        var parts = new AttentionParts(new(qkv, 0, row), new(qkv, width, row), new(qkv, 2 * width, row), false);
        return Attend(
            parts, new(qkv.Shape[0], heads, qkv.Shape[1], qkv.Shape[1], width / heads), qkv.Shape.WithColumns(width), options ?? new());
    }

    /// <summary>
    /// Attention to a memory whose keys and values come of one projection: q [B, T, H D], kv [B, S, 2 H D].
    /// </summary>
    /// <param name="q">The queries.</param>
    /// <param name="kv">The projection of the memory.</param>
    /// <param name="heads">H.</param>
    /// <param name="options">What a query may see.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static AttentionResult CrossAttention(this Tensor q, Tensor kv, int heads, AttentionOptions? options = null)
    {
        var fits = q.Shape.Rank == 3 && kv.Shape.Rank == 3 && heads > 0 && q.Shape[2] % heads == 0
            && kv.Shape[2] == 2 * q.Shape[2] && kv.Shape[0] == q.Shape[0];
        if (!fits)
            throw new ShapeException(nameof(CrossAttention), $"q {q.Shape} [B, T, H D] and kv {kv.Shape} [B, S, 2 H D], heads {heads}");
        var width = q.Shape[2];
        var parts = new AttentionParts(new(q, 0, width), new(kv, 0, 2 * width), new(kv, width, 2 * width), false);
        return Attend(parts, new(q.Shape[0], heads, q.Shape[1], kv.Shape[1], width / heads), q.Shape, options ?? new());
    }

    // Where queries, keys and values lie in their tensors.
    private sealed record AttentionParts(AttentionPart Q, AttentionPart K, AttentionPart V, bool HeadsFirst)
    {
        public HeadsView View(ArrayView<float> values, AttentionPart part, int heads, int length, int headSize) => HeadsFirst
            ? HeadsView.HeadsFirst(values, heads, length, headSize)
            : HeadsView.RowsFirst(values.From(part.Offset), length, headSize, part.RowStride);
    }

    private sealed record AttentionPart(Tensor Tensor, int Offset, int RowStride);

    private static AttentionResult Attend(AttentionParts parts, AttentionShape shape, Shape outputShape, AttentionOptions options)
    {
        var graph = Graph.Of(
            nameof(Attention), parts.Q.Tensor, parts.K.Tensor, parts.V.Tensor, options.Lengths, options.Keep, options.Bias);
        shape = shape with
        {
            Scale = options.Scale ?? shape.Scale,
            Offset = options.Offset,
            Left = options.Band ?? AttentionShape.Unbounded,
            Right = options.IsCausal ? 0 : options.Band ?? AttentionShape.Unbounded,
        };
        if (graph.IsTraining && options.Dropout > 0f)
            shape = shape with { DropoutRate = options.Dropout, Seed = graph.Random.Seed, Call = graph.Random.NextCall() };
        var attention = graph.Kernels.Attention;
        var output = graph.Result(outputShape, parts.Q.Tensor, parts.K.Tensor, parts.V.Tensor);
        var weights = options.ReturnsWeights
            ? graph.Result([shape.Batch, shape.Heads, shape.Queries, shape.Keys], parts.Q.Tensor, parts.K.Tensor)
            : null;
        var lse = graph.IsRecording ? graph.New([shape.Batch, shape.Heads, shape.Queries]) : null;
        var outputPart = new AttentionPart(output, 0, outputShape[-1]);
        if (weights is null)
            attention.Forward(
                shape, Queries(parts.Q), Keys(parts.K), Keys(parts.V), Queries(outputPart), lse?.Floats ?? default, Mask(shape, options));
        else
            attention.ForwardWithWeights(
                shape, Queries(parts.Q), Keys(parts.K), Keys(parts.V), Queries(outputPart), weights.Floats, lse?.Floats ?? default,
                Mask(shape, options));

        graph.Remember(
            nameof(Attention),
            [parts.Q.Tensor, parts.K.Tensor, parts.V.Tensor, options.Lengths, options.Keep, options.Bias],
            weights is null ? [output] : [output, weights],
            () =>
            {
                var dOutput = graph.Arrived(output);
                if (dOutput.Length == 0 && output.Shape.ElementCount > 0) // only the weights have a gradient
                {
                    dOutput = graph.Scratch(output.Shape.ElementCount);
                    graph.Kernels.Elementwise.Fill(dOutput, 0f);
                }
                var targets = Targets(graph, parts);
                attention.Backward(
                    shape, View(dOutput, outputPart, shape.Queries), Queries(parts.Q), Keys(parts.K), Keys(parts.V),
                    Queries(outputPart), lse!.Floats, View(targets.Q.Floats, parts.Q, shape.Queries),
                    View(targets.K.Floats, parts.K, shape.Keys), View(targets.V.Floats, parts.V, shape.Keys), Mask(shape, options),
                    weights?.Floats ?? default, weights is null ? default : graph.Arrived(weights),
                    (targets.Q.Adds, targets.K.Adds, targets.V.Adds));
            },
            v => AttentionValues(parts, shape, options, v));
        return new(output, weights);

        HeadsView Queries(AttentionPart part) => View(part.Tensor.Floats, part, shape.Queries);

        HeadsView Keys(AttentionPart part) => View(part.Tensor.Floats, part, shape.Keys);

        HeadsView View(ArrayView<float> values, AttentionPart part, int length) =>
            parts.View(values, part, shape.Heads, length, shape.HeadSize);
    }

    // Parts of one projection get their gradients side by side. One tensor in several roles gets their sum, so it begins at 0.
    private static (GradientTarget Q, GradientTarget K, GradientTarget V) Targets(Graph graph, AttentionParts parts)
    {
        var (q, k, v) = (parts.Q, parts.K, parts.V);
        var shares = Overlap(q, k) || Overlap(q, v) || Overlap(k, v);
        var first = Target(q);
        var second = ReferenceEquals(k.Tensor, q.Tensor) ? first : Target(k);
        var third = ReferenceEquals(v.Tensor, q.Tensor) ? first : ReferenceEquals(v.Tensor, k.Tensor) ? second : Target(v);
        return (first, second, third);

        static bool Overlap(AttentionPart one, AttentionPart other) =>
            ReferenceEquals(one.Tensor, other.Tensor) && one.Offset == other.Offset;

        GradientTarget Target(AttentionPart part)
        {
            var target = part.Tensor.RequiresGradient
                ? graph.Accumulate(part.Tensor)
                : new(graph.Scratch(part.Tensor.Shape.ElementCount), false);
            if (!shares || target.Adds)
                return target;
            graph.Kernels.Elementwise.Fill(target.Floats, 0f);
            return target with { Adds = true };
        }
    }

    private static AttentionMask Mask(AttentionShape shape, AttentionOptions options)
    {
        var mask = new AttentionMask();
        if (options.Lengths is { } lengths)
        {
            if (lengths.ElementType != ElementType.Int32 || lengths.Shape.ElementCount != shape.Batch)
                throw new ShapeException(nameof(Attention), $"lengths {lengths} for {shape.Batch} sequences");
            mask.Lengths = lengths.Ints;
        }
        if (options.Keep is { } keep)
            mask.Keep = new(keep.Ints, Stride(keep, 0), Stride(keep, 1), (int)Stride(keep, 2));
        if (options.Bias is { } bias)
            mask.Bias = new(bias.Floats, Stride(bias, 0), Stride(bias, 1), (int)Stride(bias, 2));
        return mask;

        // Elements from one entry of a dimension of [B, H, T, S] to the next; 0 where the mask has one entry for all.
        long Stride(Tensor tensor, int dimension)
        {
            Shape full = [shape.Batch, shape.Heads, shape.Queries, shape.Keys];
            var rank = tensor.Shape.Rank;
            long stride = 1, wanted = 0;
            for (var i = rank - 1; i >= 0 && rank <= full.Rank; i--)
            {
                var axis = i + full.Rank - rank;
                if (tensor.Shape[i] != full[axis] && (tensor.Shape[i] != 1 || axis == full.Rank - 1))
                    break;
                if (axis == dimension)
                    wanted = tensor.Shape[i] == 1 ? 0 : stride;
                stride *= tensor.Shape[i];
                if (i == 0)
                    return wanted;
            }
            throw new ShapeException(nameof(Attention), $"a mask {tensor.Shape} for scores {full}");
        }
    }
}
