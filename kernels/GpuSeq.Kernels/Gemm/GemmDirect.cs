using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// The matrix product on CPUs without packing, for shapes too small or too thin to earn it back: one row of A, a handful of
/// rows, tiny layers. A work item computes one row of C, or a part of it.
/// </summary>
internal static unsafe class GemmDirect
{
    /// <summary>How the rows of C are cut into work items.</summary>
    public struct Cut
    {
        public GemmArguments Gemm;
        public int Width; // bits of the vectors
        public int ColumnsPerItem;
        public int ItemsPerRow;
    }

    /// <summary>Item i computes columns of row i / ItemsPerRow.</summary>
    public static void Rows(
        Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, Cut cut) =>
        RowPart(item, a, b, c, bias, residual, cut);

    [IntrinsicImplementation]
    public static void RowPart(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, Cut cut)
    {
        switch ((SimdWidth)cut.Width)
        {
            case SimdWidth.Bits512:
                RowPart<Vector512Lanes>(item, a, b, c, bias, residual, ref cut);
                break;
            case SimdWidth.Bits256:
                RowPart<Vector256Lanes>(item, a, b, c, bias, residual, ref cut);
                break;
            default:
                RowPart<Vector128Lanes>(item, a, b, c, bias, residual, ref cut);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void RowPart<TVector>(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias, ArrayView<float> residual, ref Cut cut)
        where TVector : struct, IVector<TVector>
    {
        ref var gemm = ref cut.Gemm;
        var (row, part) = Math.DivRem(item, cut.ItemsPerRow);
        var begin = part * cut.ColumnsPerItem;
        var columns = Math.Min(cut.ColumnsPerItem, gemm.N - begin);
        var aStep = gemm.TransposeA != 0 ? gemm.Lda : 1;
        var aRow = (float*)a.LoadEffectiveAddressAsPtr() + (gemm.TransposeA != 0 ? row : (long)row * gemm.Lda);
        var origin = (float*)b.LoadEffectiveAddressAsPtr();
        var output = (float*)c.LoadEffectiveAddressAsPtr() + (long)row * gemm.Ldc;
        var biases = bias.Length > 0 ? (float*)bias.LoadEffectiveAddressAsPtr() : null;
        var residuals = residual.Length > 0 ? (float*)residual.LoadEffectiveAddressAsPtr() + (long)row * gemm.Ldc : null;
        var finish = new Finisher<TVector>(ref gemm, output, biases, residuals);
        if (gemm.TransposeB != 0)
        {
            for (var j = begin; j < begin + columns; j++)
                finish.Store(j, TVector.Broadcast(Dot<TVector>(aRow, aStep, origin + (long)j * gemm.Ldb, gemm.K)), 1);
            return;
        }
        var end = begin + columns;
        var n = TVector.Count;
        var jv = begin;
        for (; jv + 4 * n <= end; jv += 4 * n)
        {
            TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
            var line = origin + jv;
            var x = aRow;
            for (var k = 0; k < gemm.K; k++, line += gemm.Ldb, x += aStep)
            {
                var value = TVector.Broadcast(*x);
                s0 = TVector.MultiplyAdd(value, TVector.Load(line), s0);
                s1 = TVector.MultiplyAdd(value, TVector.Load(line + n), s1);
                s2 = TVector.MultiplyAdd(value, TVector.Load(line + 2 * n), s2);
                s3 = TVector.MultiplyAdd(value, TVector.Load(line + 3 * n), s3);
            }
            finish.Store(jv, s0, n);
            finish.Store(jv + n, s1, n);
            finish.Store(jv + 2 * n, s2, n);
            finish.Store(jv + 3 * n, s3, n);
        }
        for (; jv < end; jv += n)
        {
            var sum = TVector.Zero;
            var count = Math.Min(n, end - jv);
            for (var k = 0; k < gemm.K; k++)
            {
                var line = VectorMath.LoadPartial<TVector>(origin + (long)k * gemm.Ldb + jv, count);
                sum = TVector.MultiplyAdd(TVector.Broadcast(aRow[(long)k * aStep]), line, sum);
            }
            finish.Store(jv, sum, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot<TVector>(float* x, int step, float* y, int length)
        where TVector : struct, IVector<TVector>
    {
        if (step != 1)
        {
            var scalar = 0f;
            for (var i = 0; i < length; i++)
                scalar = MathF.FusedMultiplyAdd(x[(long)i * step], y[i], scalar);
            return scalar;
        }
        var n = TVector.Count;
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        var k = 0;
        for (; k + 4 * n <= length; k += 4 * n)
        {
            s0 = TVector.MultiplyAdd(TVector.Load(x + k), TVector.Load(y + k), s0);
            s1 = TVector.MultiplyAdd(TVector.Load(x + k + n), TVector.Load(y + k + n), s1);
            s2 = TVector.MultiplyAdd(TVector.Load(x + k + 2 * n), TVector.Load(y + k + 2 * n), s2);
            s3 = TVector.MultiplyAdd(TVector.Load(x + k + 3 * n), TVector.Load(y + k + 3 * n), s3);
        }
        for (; k < length; k += n)
        {
            var count = length - k;
            s0 = TVector.MultiplyAdd(VectorMath.LoadPartial<TVector>(x + k, count), VectorMath.LoadPartial<TVector>(y + k, count), s0);
        }
        return TVector.Sum((s0 + s1) + (s2 + s3));
    }

    /// <summary>Turns sums into elements of C.</summary>
    private readonly ref struct Finisher<TVector>(ref GemmArguments gemm, float* c, float* bias, float* residual)
        where TVector : struct, IVector<TVector>
    {
        private readonly ref GemmArguments _gemm = ref gemm;
        private readonly float* _c = c;
        private readonly float* _bias = bias;
        private readonly float* _residual = residual;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(int column, TVector sum, int count) => GemmEpilogue.Store(
            sum, _c + column, count, _gemm.Alpha, _gemm.Beta, _bias == null ? null : _bias + column,
            (Activation)_gemm.Activation, _residual == null ? null : _residual + column);
    }
}
