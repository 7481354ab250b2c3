namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>y = a b: a [M, K], b [K, N], y [M, N].</summary>
    /// <exception cref="ShapeException">They are not matrices, or their inner sizes differ.</exception>
    public static Tensor MatMul(this Tensor a, Tensor b)
    {
        var graph = Graph.Of(nameof(MatMul), a, b);
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2 || a.Shape[1] != b.Shape[0])
            throw new ShapeException(nameof(MatMul), $"a {a.Shape} and b {b.Shape}");
        var (m, k, n) = (a.Shape[0], a.Shape[1], b.Shape[1]);
        var y = graph.Result([m, n], a, b);
        graph.Kernels.Gemm.Multiply(new(m, n, k), a.Floats, b.Floats, y.Floats);

        graph.Remember(
            nameof(MatMul),
            () =>
            {
                var dy = graph.Arrived(y);
                if (a.RequiresGradient) // da = dy b^T
                {
                    var da = graph.Accumulate(a);
                    graph.Kernels.Gemm.Multiply(new(m, k, n) { TransposeB = true, Beta = da.Beta }, dy, b.Floats, da.Floats);
                }
                if (b.RequiresGradient) // db = a^T dy
                {
                    var db = graph.Accumulate(b);
                    graph.Kernels.Gemm.Multiply(new(k, n, m) { TransposeA = true, Beta = db.Beta }, a.Floats, dy, db.Floats);
                }
            },
            y);
        return y;
    }
}
