using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>What follows the product on CPUs, and where it goes: c = activation(alpha sum + beta c + bias) + residual.</summary>
internal unsafe struct GemmEpilogue
{
    public float* C; // of one product
    public float* Bias; // null for none
    public float* Residual; // null for none
    public int Stride; // from one row of C to the next
    public float Alpha;
    public float Beta;
    public Activation Activation;

    /// <summary>What a product says.</summary>
    public GemmEpilogue(ref GemmArguments gemm, long offset, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual)
    {
        C = c.Pointer() + offset;
        Bias = bias.Pointer();
        Residual = residual.Length > 0 ? residual.Pointer() + offset : null;
        Stride = gemm.Ldc;
        (Alpha, Beta, Activation) = (gemm.Alpha, gemm.Beta, (Activation)gemm.Activation);
    }

    /// <summary>What follows one block of K of several: all but the first add to C, and the rest comes with the last.</summary>
    public readonly GemmEpilogue OfBlock(bool isFirst, bool isLast)
    {
        var block = this;
        if (!isFirst)
            block.Beta = 1f;
        if (!isLast)
            block = block with { Bias = null, Residual = null, Activation = Activation.None };
        return block;
    }

    /// <summary>Finishes a rectangle of C from its sums, whose rows lie a stride apart.</summary>
    public readonly void Store<TVector>(float* sums, int sumStride, int row, int column, int rows, int columns)
        where TVector : struct, IVector<TVector>
    {
        var whole = columns / TVector.Count * TVector.Count;
        if (whole > 0)
            StoreWhole<TVector>(sums, sumStride, row, column, rows, whole);
        if (columns > whole)
            StoreTail<TVector>(sums + whole, sumStride, row, column + whole, rows, columns - whole);
    }

    private readonly void StoreWhole<TVector>(float* sums, int sumStride, int row, int column, int rows, int columns)
        where TVector : struct, IVector<TVector>
    {
        var corner = (long)row * Stride + column;
        if (Bias == null && Residual == null && Activation == Activation.None)
        {
            StorePlain<TVector>(sums, sumStride, C + corner, Stride, rows, columns, Alpha, Beta);
            return;
        }
        ActivationFunctions.With(Activation, new Rectangle<TVector>
        {
            Sums = sums,
            SumStride = sumStride,
            C = C + corner,
            Bias = Bias == null ? null : Bias + column,
            Residual = Residual == null ? null : Residual + corner,
            Stride = Stride,
            Rows = rows,
            Columns = columns,
            Alpha = Alpha,
            Beta = Beta,
        });
    }

    // The columns that fill no vector go through one that they fill in part, a few rows at a time.
    [SkipLocalsInit]
    private readonly void StoreTail<TVector>(float* sums, int sumStride, int row, int column, int rows, int columns)
        where TVector : struct, IVector<TVector>
    {
        const int RowsAtOnce = 8;
        var n = TVector.Count;
        var lanes = stackalloc float[(2 * RowsAtOnce + 1) * n];
        var tail = this with
        {
            C = lanes,
            Residual = Residual == null ? null : lanes + RowsAtOnce * n,
            Bias = Bias == null ? null : lanes + 2 * RowsAtOnce * n,
            Stride = n,
        };
        if (Bias != null)
            Copy(Bias + column, 0, tail.Bias, 0, 1, columns);
        for (int r = 0, count; r < rows; r += count)
        {
            count = Math.Min(RowsAtOnce, rows - r);
            var corner = (long)(row + r) * Stride + column;
            if (Beta != 0f)
                Copy(C + corner, Stride, lanes, n, count, columns);
            if (Residual != null)
                Copy(Residual + corner, Stride, tail.Residual, n, count, columns);
            tail.StoreWhole<TVector>(sums + (long)r * sumStride, sumStride, 0, 0, count, n);
            Copy(lanes, n, C + corner, Stride, count, columns);
        }
    }

    private static void Copy(float* source, int sourceStride, float* target, int targetStride, int rows, int columns)
    {
        for (var r = 0; r < rows; r++, source += sourceStride, target += targetStride)
        {
            for (var i = 0; i < columns; i++)
                target[i] = source[i];
        }
    }

    /// <summary>
    /// c = alpha sums + beta c, for whole vectors. Most products have nothing after them, and most blocks of K: their loop must not
    /// pay for what others have. Tiles are two vectors wide.
    /// </summary>
    [MethodImpl(MicroKernel.Options)]
    public static void StorePlain<TVector>(
        float* sums, int sumStride, float* c, int stride, int rows, int columns, float alpha, float beta)
        where TVector : struct, IVector<TVector>
    {
        var n = TVector.Count;
        var (scale, keep) = (TVector.Broadcast(alpha), TVector.Broadcast(beta));
        for (var r = 0; r < rows; r++, sums += sumStride, c += stride)
        {
            var j = 0;
            for (; j + 2 * n <= columns; j += 2 * n)
            {
                var left = scale * TVector.Load(sums + j);
                var right = scale * TVector.Load(sums + j + n);
                if (beta != 0f)
                {
                    TVector.AddProduct(ref left, keep, TVector.Load(c + j));
                    TVector.AddProduct(ref right, keep, TVector.Load(c + j + n));
                }
                TVector.Store(left, c + j);
                TVector.Store(right, c + j + n);
            }
            if (j < columns)
            {
                var last = scale * TVector.Load(sums + j);
                TVector.Store(beta == 0f ? last : TVector.MultiplyAdd(keep, TVector.Load(c + j), last), c + j);
            }
        }
    }

    private struct Rectangle<TVector> : IActivationUser
        where TVector : struct, IVector<TVector>
    {
        public float* Sums;
        public float* C;
        public float* Bias;
        public float* Residual;
        public int SumStride;
        public int Stride;
        public int Rows;
        public int Columns;
        public float Alpha;
        public float Beta;

        public void Use<TActivation>()
            where TActivation : struct, IActivation => Store<TActivation>(ref this);

        [MethodImpl(MicroKernel.Options)]
        private static void Store<TActivation>(ref Rectangle<TVector> rectangle)
            where TActivation : struct, IActivation
        {
            var sums = rectangle.Sums;
            var c = rectangle.C;
            var bias = rectangle.Bias;
            var residual = rectangle.Residual;
            var (rows, columns, stride, sumStride) = (rectangle.Rows, rectangle.Columns, rectangle.Stride, rectangle.SumStride);
            var (alpha, beta) = (rectangle.Alpha, rectangle.Beta);
            for (var r = 0; r < rows; r++, sums += sumStride, c += stride)
            {
                for (var j = 0; j < columns; j += TVector.Count)
                {
                    var value = TVector.Broadcast(alpha) * TVector.Load(sums + j);
                    if (beta != 0f)
                        TVector.AddProduct(ref value, TVector.Broadcast(beta), TVector.Load(c + j));
                    if (bias != null)
                        value += TVector.Load(bias + j);
                    value = TActivation.Forward(value);
                    if (residual != null)
                        value += TVector.Load(residual + j);
                    TVector.Store(value, c + j);
                }
                if (residual != null)
                    residual += stride;
            }
        }
    }
}
