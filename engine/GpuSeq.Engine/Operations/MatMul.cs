using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// y = a b: a [.., M, K], b [.., K, N], y [.., M, N]. The sizes before the last two are the same in both, or one operand is a
    /// matrix that is multiplied with each of the other.
    /// </summary>
    /// <exception cref="ShapeException">They are no matrices, their inner sizes differ, or their leading sizes do.</exception>
    public static Tensor MatMul(this Tensor a, Tensor b)
    {
        var graph = Graph.Of(nameof(MatMul), a, b);
        (a, b) = (graph.Widened(a), graph.Widened(b));
        var product = new MatrixProduct(a.Shape, b.Shape);
        var gemm = graph.Kernels.Gemm;
        var y = graph.Result(product.Result, a, b);
        gemm.Multiply(product.Value(out var batch), batch, a.Floats, b.Floats, y.Floats);

        graph.Remember(
            nameof(MatMul),
            () =>
            {
                var dy = graph.Arrived(y);
                if (a.RequiresGradient) // da = dy b^T
                {
                    var da = graph.Accumulate(a);
                    product.GradientOfA(gemm, dy, b.Floats, da);
                }
                if (b.RequiresGradient) // db = a^T dy
                {
                    var db = graph.Accumulate(b);
                    product.GradientOfB(gemm, dy, a.Floats, db);
                }
            },
            y);
        return y;
    }

    /// <summary>The shapes of products, one for each of the leading sizes.</summary>
    private sealed class MatrixProduct
    {
        private readonly int _m;
        private readonly int _n;
        private readonly int _k;
        private readonly int _count;
        private readonly bool _sharesA; // a is one matrix
        private readonly bool _sharesB;

        public MatrixProduct(Shape a, Shape b)
        {
            var fits = a.Rank >= 2 && b.Rank >= 2 && a[-1] == b[-2]
                && (a.Rank == 2 || b.Rank == 2 || a.SkipLast(2).SequenceEqual(b.SkipLast(2)));
            if (!fits)
                throw new ShapeException(nameof(MatMul), $"a {a} and b {b}");
            (_m, _k, _n) = (a[-2], a[-1], b[-1]);
            var leading = (a.Rank > 2 ? a : b).SkipLast(2).ToArray();
            _count = leading.Aggregate(1, (count, size) => checked(count * size));
            (_sharesA, _sharesB) = (a.Rank == 2 && b.Rank > 2, b.Rank == 2);
            if (_sharesB) // the rows of all matrices are those of one
                (_m, _count) = (checked(_m * _count), 1);
            Result = [.. leading, a[-2], _n];
        }

        public Shape Result { get; }

        public GemmShape Value(out GemmBatch batch)
        {
            batch = Batch(_sharesA ? 0 : (long)_m * _k, (long)_k * _n, (long)_m * _n);
            return new(_m, _n, _k);
        }

        public void GradientOfA(Gemm gemm, ArrayView<float> dy, ArrayView<float> b, GradientTarget da)
        {
            var shape = new GemmShape(_m, _k, _n) { TransposeB = true, Beta = da.Beta };
            if (!_sharesA)
            {
                gemm.Multiply(shape, Batch((long)_m * _n, (long)_k * _n, (long)_m * _k), dy, b, da.Floats);
                return;
            }
            if (_count == 0 && !da.Adds)
                gemm.Multiply(new GemmShape(_m, _k, 0), default, default, da.Floats);
            for (var i = 0; i < _count; i++) // the gradients of all products add up, in their order
            {
                gemm.Multiply(
                    shape with { Beta = i == 0 ? da.Beta : 1f }, dy.Part((long)i * _m * _n, (long)_m * _n),
                    b.Part((long)i * _k * _n, (long)_k * _n), da.Floats);
            }
        }

        // Where b is one matrix, its products are one as well, and so is its gradient.
        public void GradientOfB(Gemm gemm, ArrayView<float> dy, ArrayView<float> a, GradientTarget db) => gemm.Multiply(
            new(_k, _n, _m) { TransposeA = true, Beta = db.Beta },
            Batch(_sharesA ? 0 : (long)_m * _k, (long)_m * _n, (long)_k * _n), a, dy, db.Floats);

        private GemmBatch Batch(long a, long b, long c) => new(_count) { StrideA = a, StrideB = b, StrideC = c };
    }
}
