using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Scaled dot-product attention of B sequences and H heads: T queries look at S keys. Which keys a query may see is a band
/// around its place: query t stands at key t + Offset.
/// </summary>
/// <param name="batch">B.</param>
/// <param name="heads">H.</param>
/// <param name="queries">T.</param>
/// <param name="keys">S.</param>
/// <param name="headSize">D, from 1 to 256.</param>
public readonly struct AttentionShape(int batch, int heads, int queries, int keys, int headSize)
{
    /// <summary>What <see cref="Left"/> and <see cref="Right"/> hold where there is no bound.</summary>
    public const int Unbounded = 1 << 30;

    /// <summary>The largest D.</summary>
    public const int MaxHeadSize = 256;

    /// <summary>B.</summary>
    public int Batch { get; } = batch;

    /// <summary>H.</summary>
    public int Heads { get; } = heads;

    /// <summary>T.</summary>
    public int Queries { get; } = queries;

    /// <summary>S.</summary>
    public int Keys { get; } = keys;

    /// <summary>D.</summary>
    public int HeadSize { get; } = headSize;

    /// <summary>The factor of the dot products, 1 / sqrt(D) where nothing else is said.</summary>
    public float Scale { get; init; } = 1f / MathF.Sqrt(Math.Max(headSize, 1));

    /// <summary>The key at which query 0 stands; with a cache of past keys, how many there are.</summary>
    public int Offset { get; init; }

    /// <summary>How many keys before its place a query sees.</summary>
    public int Left { get; init; } = Unbounded;

    /// <summary>How many keys behind its place a query sees; 0 is causal attention.</summary>
    public int Right { get; init; } = Unbounded;

    /// <summary>The share of the weights that is dropped, from 0 to 1, exclusively.</summary>
    public float DropoutRate { get; init; }

    /// <summary>The seed of dropout.</summary>
    public ulong Seed { get; init; }

    /// <summary>The number of the call under the seed.</summary>
    public ulong Call { get; init; }

    /// <summary>Floating-point operations of the forward pass: two products for each query and each key that its band has.</summary>
    public double Flops
    {
        get
        {
            double pairs = 0;
            for (long t = 0; t < Queries; t++)
                pairs += Math.Max(0, Math.Min(Keys, t + Offset + Right + 1) - Math.Max(0, t + Offset - Left));
            return 4.0 * Batch * Heads * HeadSize * pairs;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{Batch}, {Heads}, {Queries}, {Keys}, {HeadSize}]";
}

/// <summary>
/// Where the heads of queries, keys, values or outputs lie: element (b, h, t, d) is at b BatchStride + h HeadStride +
/// t RowStride + d. So a projection [B, T, H D], or a part of a fused one, is read and written in place.
/// </summary>
/// <param name="values">The elements.</param>
/// <param name="batchStride">Elements from one sequence to the next.</param>
/// <param name="headStride">Elements from one head to the next.</param>
/// <param name="rowStride">Elements from one query or key to the next.</param>
public readonly struct HeadsView(ArrayView<float> values, long batchStride, long headStride, int rowStride)
{
    /// <summary>The elements.</summary>
    public readonly ArrayView<float> Values = values;

    /// <summary>Elements from one sequence to the next.</summary>
    public readonly long BatchStride = batchStride;

    /// <summary>Elements from one head to the next.</summary>
    public readonly long HeadStride = headStride;

    /// <summary>Elements from one query or key to the next.</summary>
    public readonly int RowStride = rowStride;

    /// <summary>Elements as [B, H, length, D].</summary>
    public static HeadsView HeadsFirst(ArrayView<float> values, int heads, int length, int headSize) =>
        new(values, (long)heads * length * headSize, (long)length * headSize, headSize);

    /// <summary>Elements as [B, length, H, D], as a projection leaves them.</summary>
    /// <param name="values">The elements, from the first one of the first head.</param>
    /// <param name="length">T or S.</param>
    /// <param name="headSize">D.</param>
    /// <param name="rowStride">Elements from one row to the next: H D, or 3 H D in a projection that holds q, k and v.</param>
    public static HeadsView RowsFirst(ArrayView<float> values, int length, int headSize, int rowStride) =>
        new(values, (long)length * rowStride, headSize, rowStride);

    internal long Row(int b, int h, int row) => b * BatchStride + h * HeadStride + (long)row * RowStride;
}

/// <summary>A mask [B, H, T, S] whose sequences, heads or queries may share elements: their stride is 0 then.</summary>
/// <typeparam name="T">Integers, of which 0 hides a key, or float32 values, which are added to the scores.</typeparam>
/// <param name="values">The elements; keys lie side by side.</param>
/// <param name="batchStride">Elements from one sequence to the next.</param>
/// <param name="headStride">Elements from one head to the next.</param>
/// <param name="rowStride">Elements from one query to the next.</param>
public readonly struct MaskView<T>(ArrayView<T> values, long batchStride = 0, long headStride = 0, int rowStride = 0)
    where T : unmanaged
{
    /// <summary>The elements.</summary>
    public readonly ArrayView<T> Values = values;

    /// <summary>Elements from one sequence to the next.</summary>
    public readonly long BatchStride = batchStride;

    /// <summary>Elements from one head to the next.</summary>
    public readonly long HeadStride = headStride;

    /// <summary>Elements from one query to the next.</summary>
    public readonly int RowStride = rowStride;

    internal long Row(int b, int h, int t) => b * BatchStride + h * HeadStride + (long)t * RowStride;
}

/// <summary>What hides keys from queries, beside the band of the shape. Every part is optional, and all hold together.</summary>
public struct AttentionMask
{
    /// <summary>[B], how many keys of each sequence there are; the others are padding.</summary>
    public ArrayView<int> Lengths;

    /// <summary>0 where a query must not see a key.</summary>
    public MaskView<int> Keep;

    /// <summary>What is added to the scores, -infinity to hide a key.</summary>
    public MaskView<float> Bias;
}

/// <summary>What attention reads and writes. What is not there is empty.</summary>
internal struct AttentionOperands
{
    public HeadsView Q;
    public HeadsView K;
    public HeadsView V;
    public HeadsView O;
    public AttentionMask Mask;
    public ArrayView<float> Lse; // [B, H, T]
    public ArrayView<float> Weights; // [B, H, T, S]

    // Of the backward pass.
    public HeadsView Do;
    public HeadsView Dq;
    public HeadsView Dk;
    public HeadsView Dv;
    public ArrayView<float> DWeights; // [B, H, T, S]
    public ArrayView<float> Delta; // [B, H, T]
}

/// <summary>Sizes and options of attention as kernels take them.</summary>
internal struct AttentionArguments
{
    public const int AccumulateQ = 1, AccumulateK = 2, AccumulateV = 4;

    public int B;
    public int H;
    public int T;
    public int S;
    public int D;
    public float Scale;
    public int Offset;
    public int Left;
    public int Right;
    public uint DropBelow; // of 65,536: weights whose random number lies below it are dropped
    public float KeepFactor;
    public RandomCall Random;
    public int Accumulate; // which gradients are added to what is there
    public int Width; // bits of the vectors
    public int QueryBlock; // queries of a work item
    public int KeyBlock; // keys that are packed together

    public AttentionArguments(AttentionShape shape)
    {
        (B, H, T, S, D) = (shape.Batch, shape.Heads, shape.Queries, shape.Keys, shape.HeadSize);
        Scale = shape.Scale;
        // Beyond these bounds a band sees everything, or nothing, just as well; and sums of three stay in range.
        Offset = Math.Clamp(shape.Offset, -AttentionShape.Unbounded / 2, AttentionShape.Unbounded / 2);
        Left = Math.Min(shape.Left, AttentionShape.Unbounded / 2);
        Right = Math.Min(shape.Right, AttentionShape.Unbounded / 2);
        DropBelow = (uint)Math.Round(shape.DropoutRate * 65536f);
        KeepFactor = 65536f / (65536f - DropBelow);
        Random = new(shape.Seed, shape.Call);
    }

    /// <summary>The first key that a query may see.</summary>
    public readonly int FirstKey(int t) => Math.Max(0, t + Offset - Left);

    /// <summary>The key after the last one that a query may see, of those that there are.</summary>
    public readonly int EndKey(int t, int length) => Math.Min(length, t + Offset + Right + 1);

    /// <summary>The number of the first random block of a row of weights: a row begins a block, and a block makes 8 weights.</summary>
    public readonly ulong RandomBlock(long row) => (ulong)row * (ulong)((S + 7) / 8);
}
