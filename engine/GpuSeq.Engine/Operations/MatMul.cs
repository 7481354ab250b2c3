using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;
using ILGPU;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// y = a b: a [.., M, K], b [.., K, N], y [.., M, N]. The sizes before the last two are the same in both, or one operand is a
    /// matrix that is multiplied with each of the other. Transposed and sliced operands are read where they lie.
    /// </summary>
    /// <exception cref="ShapeException">They are no matrices, their inner sizes differ, or their leading sizes do.</exception>
    public static Tensor MatMul(this Tensor a, Tensor b)
    {
        var graph = Graph.Of(nameof(MatMul), a, b);
        (a, b) = (graph.Widened(a), graph.Widened(b));
        CheckProduct(a.Shape, b.Shape);
        var product = new MatrixProduct(new(a, isJoined: b.Shape.Rank == 2), new(b, isJoined: false));
        var gemm = graph.Kernels.Gemm;
        var y = graph.Result([.. (a.Shape.Rank > 2 ? a : b).Shape.SkipLast(2), a.Shape[-2], b.Shape[-1]], a, b);
        product.Multiply(gemm, y.Floats);

        graph.Remember(
            nameof(MatMul),
            [a, b],
            [y],
            () =>
            {
                var dy = graph.Arrived(y);
                if (a.RequiresGradient)
                    product.GradientOfA(gemm, dy, product.A.Target(graph, out var layout), layout);
                if (b.RequiresGradient)
                    product.GradientOfB(gemm, dy, product.B.Target(graph, out var layout), layout);
            },
            v => [Values(y, result => MatrixProduct.Define(a.Shape, b.Shape, v[0], v[1], result))]);
        return y;
    }

    private static void CheckProduct(Shape a, Shape b)
    {
        var fits = a.Rank >= 2 && b.Rank >= 2 && a[-1] == b[-2]
            && (a.Rank == 2 || b.Rank == 2 || a.SkipLast(2).SequenceEqual(b.SkipLast(2)));
        if (!fits)
            throw new ShapeException(nameof(MatMul), $"a {a} and b {b}");
    }

    /// <summary>The rows of a tensor and the elements from one to the next, read in place where they lie at one stride.</summary>
    internal static (ArrayView<float> Floats, int Stride) RowsOf(Tensor x)
    {
        var rows = new Matrices(x, isJoined: true);
        return rows.Layout.IsTransposed ? (x.Floats, x.Shape.Columns) : (rows.Floats, rows.Layout.Stride);
    }

    /// <summary>The matrices of a tensor, read in place where that can be.</summary>
    private sealed class Matrices
    {
        private readonly Tensor _tensor;
        private readonly TensorView? _view; // that is read in place
        private readonly bool _isJoined;

        public Matrices(Tensor tensor, bool isJoined)
        {
            (_tensor, _isJoined) = (tensor, isJoined);
            var inPlace = MatrixLayout.InPlace(tensor);
            if (isJoined)
                inPlace = inPlace?.Joined();
            _view = inPlace is null ? null : tensor as TensorView;
            Layout = inPlace ?? Dense();
        }

        public MatrixLayout Layout { get; }

        public ArrayView<float> Floats => _view is null ? _tensor.Floats : _view.Root.Floats.From(_view.Offset);

        /// <summary>
        /// Where the gradient is written: beneath a view that only puts its operand's elements in another order, as these lie.
        /// </summary>
        public GradientTarget Target(Graph graph, out MatrixLayout layout)
        {
            var isBeneath = _view is { RetainsGradient: false } && ReferenceEquals(_view.Operand, _view.Root)
                && _view.Shape.ElementCount == _view.Root.Shape.ElementCount;
            layout = isBeneath ? Layout : Dense();
            return graph.Accumulate(isBeneath ? _view!.Root : _tensor);
        }

        private MatrixLayout Dense()
        {
            var dense = MatrixLayout.Dense(_tensor.Shape);
            return _isJoined ? dense.Joined()! : dense;
        }
    }

    /// <summary>Products of matrices; where one operand is a single matrix, it meets each of the other.</summary>
    private sealed class MatrixProduct(Matrices a, Matrices b)
    {
        private readonly int _m = a.Layout.Rows;
        private readonly int _n = b.Layout.Columns;
        private readonly int _k = a.Layout.Columns;
        private readonly MatrixLayout _batch = a.Layout.Count == 1 ? b.Layout : a.Layout;
        private readonly bool _sharesA = a.Layout.Count == 1 && b.Layout.Count != 1;

        public Matrices A { get; } = a;

        public Matrices B { get; } = b;

        private long ProductSize => (long)_m * _n;

        public static void Define(Shape a, Shape b, double[] left, double[] right, double[] result)
        {
            var (m, k, n) = (b.Rank == 2 ? a.Rows : a[-2], a[-1], b[-1]);
            var batch = new GemmBatch(m * n == 0 ? 0 : result.Length / (m * n))
            {
                StrideA = a.Rank == 2 ? 0 : (long)m * k,
                StrideB = (long)k * n,
                StrideC = (long)m * n,
            };
            GemmReference.Multiply<double>(new(m, n, k), batch, left, right, result);
        }

        public void Multiply(Gemm gemm, ArrayView<float> y)
        {
            var (a, b) = (A.Layout, B.Layout);
            var shape = new GemmShape(_m, _n, _k)
            {
                TransposeA = a.IsTransposed,
                Lda = a.Stride,
                TransposeB = b.IsTransposed,
                Ldb = b.Stride,
            };
            gemm.Multiply(shape, Batch(Step(a), Step(b), Products), A.Floats, B.Floats, y);
        }

        // da = dy b^T, or transposed, da^T = b dy^T.
        public void GradientOfA(Gemm gemm, ArrayView<float> dy, GradientTarget da, MatrixLayout layout)
        {
            var b = B.Layout;
            var shape = layout.IsTransposed
                ? new GemmShape(_k, _m, _n) { TransposeA = b.IsTransposed, Lda = b.Stride, TransposeB = true, Ldb = _n }
                : new GemmShape(_m, _k, _n) { Lda = _n, TransposeB = !b.IsTransposed, Ldb = b.Stride };
            shape = shape with { Ldc = layout.Stride, Beta = da.Beta };
            if (!_sharesA)
            {
                Multiply(shape, Batch(Products, Step(b), Step(layout)), dy, B.Floats, da.Floats);
                return;
            }
            if (_batch.Count == 0 && !da.Adds)
                gemm.Multiply(new GemmShape(_m, _k, 0), default, default, da.Floats);
            for (var i = 0; i < _batch.Count; i++) // the gradients of all products add up, in their order
            {
                var (outer, inner) = Math.DivRem(i, _batch.Inner);
                var part = B.Floats.From(outer * b.OuterStride + inner * b.InnerStride);
                Multiply(shape with { Beta = i == 0 ? da.Beta : 1f }, new(1), dy.Part(i * ProductSize, ProductSize), part, da.Floats);
            }

            void Multiply(GemmShape shape, GemmBatch batch, ArrayView<float> dy, ArrayView<float> b, ArrayView<float> da)
            {
                if (layout.IsTransposed)
                    gemm.Multiply(shape, Swapped(batch), b, dy, da);
                else
                    gemm.Multiply(shape, batch, dy, b, da);
            }
        }

        // db = a^T dy, or transposed, db^T = dy^T a. Where b is one matrix, its products are one as well.
        public void GradientOfB(Gemm gemm, ArrayView<float> dy, GradientTarget db, MatrixLayout layout)
        {
            var a = A.Layout;
            var batch = Batch(Step(a), Products, Step(layout));
            if (layout.IsTransposed)
            {
                var shape = new GemmShape(_n, _k, _m) { TransposeA = true, Lda = _n, TransposeB = a.IsTransposed, Ldb = a.Stride };
                gemm.Multiply(shape with { Ldc = layout.Stride, Beta = db.Beta }, Swapped(batch), dy, A.Floats, db.Floats);
            }
            else
            {
                var shape = new GemmShape(_k, _n, _m) { TransposeA = !a.IsTransposed, Lda = a.Stride, Ldb = _n };
                gemm.Multiply(shape with { Ldc = layout.Stride, Beta = db.Beta }, batch, A.Floats, dy, db.Floats);
            }
        }

        private (long Outer, long Inner) Products => (_batch.Inner * ProductSize, ProductSize);

        private static (long Outer, long Inner) Step(MatrixLayout layout) =>
            layout.Count == 1 ? (0, 0) : (layout.OuterStride, layout.InnerStride);

        private GemmBatch Batch((long Outer, long Inner) a, (long Outer, long Inner) b, (long Outer, long Inner) c) => new(_batch.Count)
        {
            Inner = Math.Max(1, _batch.Inner),
            StrideA = a.Outer,
            InnerStrideA = a.Inner,
            StrideB = b.Outer,
            InnerStrideB = b.Inner,
            StrideC = c.Outer,
            InnerStrideC = c.Inner,
        };

        private static GemmBatch Swapped(GemmBatch batch) => batch with
        {
            StrideA = batch.StrideB,
            InnerStrideA = batch.InnerStrideB,
            StrideB = batch.StrideA,
            InnerStrideB = batch.InnerStrideA,
        };
    }
}
