using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>
/// A <see cref="GemmShape"/> and a <see cref="GemmBatch"/> as kernels take them, leading dimensions filled in. Where the sums are
/// split, parts of K are products of their own, one after the other, which write to C as a workspace.
/// </summary>
internal struct GemmArguments
{
    public long StrideA;
    public long StrideB;
    public long StrideC;
    public long InnerStrideA;
    public long InnerStrideB;
    public long InnerStrideC;
    public int M;
    public int N;
    public int K;
    public int Lda;
    public int Ldb;
    public int Ldc;
    public int TransposeA;
    public int TransposeB;
    public float Alpha;
    public float Beta;
    public int Activation;
    public int Inner;
    public int First; // product of a launch
    public int Products; // of a launch
    public int Splits; // parts of K; 1 where sums are not split
    public int SplitK; // the length of a part; the last may be shorter

    public GemmArguments(GemmShape shape, GemmBatch batch)
    {
        M = shape.M;
        N = shape.N;
        K = shape.K;
        Lda = shape.Lda > 0 ? shape.Lda : shape.TransposeA ? shape.M : shape.K;
        Ldb = shape.Ldb > 0 ? shape.Ldb : shape.TransposeB ? shape.K : shape.N;
        Ldc = shape.Ldc > 0 ? shape.Ldc : shape.N;
        TransposeA = shape.TransposeA ? 1 : 0;
        TransposeB = shape.TransposeB ? 1 : 0;
        Alpha = shape.Alpha;
        Beta = shape.Beta;
        Activation = (int)shape.Activation;
        Inner = Math.Max(1, batch.Inner);
        Products = batch.Count;
        Splits = 1;
        SplitK = shape.K;
        (StrideA, StrideB, StrideC) = (batch.StrideA, batch.StrideB, batch.StrideC);
        (InnerStrideA, InnerStrideB, InnerStrideC) = (batch.InnerStrideA, batch.InnerStrideB, batch.InnerStrideC);
    }

    /// <summary>Multiplications of one product.</summary>
    public readonly long Work => (long)M * N * K;

    /// <summary>Where A of a product begins.</summary>
    public readonly long OffsetA(ArrayView<int> offsets, int product) =>
        offsets.Length > 0 ? offsets[3 * product] : product / Inner * StrideA + product % Inner * InnerStrideA;

    /// <summary>Where B of a product begins.</summary>
    public readonly long OffsetB(ArrayView<int> offsets, int product) =>
        offsets.Length > 0 ? offsets[3 * product + 1] : product / Inner * StrideB + product % Inner * InnerStrideB;

    /// <summary>Where C and the residual of a product begin.</summary>
    public readonly long OffsetC(ArrayView<int> offsets, int product) =>
        offsets.Length > 0 ? offsets[3 * product + 2] : product / Inner * StrideC + product % Inner * InnerStrideC;

    /// <summary>Where a part of the sums ends.</summary>
    public readonly int SplitEnd(int split) => XMath.Min(K, (split + 1) * SplitK);

    /// <summary>The same products with their sums cut into parts, for a workspace [products, parts, M, N].</summary>
    public readonly GemmArguments Split(int parts)
    {
        var split = this;
        split.SplitK = (K + parts - 1) / parts;
        split.Splits = (K + split.SplitK - 1) / split.SplitK;
        split.Ldc = N;
        split.Alpha = 1f;
        split.Beta = 0f;
        split.Activation = 0;
        return split;
    }
}
