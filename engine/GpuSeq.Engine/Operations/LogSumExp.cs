using GpuSeq.Kernels;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// The logarithm of the sum of e^x along the last axis, without overflow: m + log of the sum of e^(x - m), m the largest of the
    /// row. The gradient is dy times the softmax. A row needs one finite element.
    /// </summary>
    /// <returns>x's shape without its last axis.</returns>
    /// <exception cref="ShapeException">x is a scalar, or its last axis is empty.</exception>
    public static Tensor LogSumExp(this Tensor x)
    {
        var graph = Graph.Of(nameof(LogSumExp), x);
        if (x.Shape.Rank == 0 || x.Shape.Columns == 0)
            throw new ShapeException(nameof(LogSumExp), $"x {x.Shape} [.., C]");
        // Cross-entropy of class 0 computes what is wanted on its way: m and the logarithm of the sum. Its gradient is short of dy in
        // that class.
        var classes = new CrossEntropyShape(x.Shape.Rows, x.Shape.Columns) { Reduction = LossReduction.None };
        var y = graph.Result(Without(x.Shape, x.Shape.Rank - 1), x);
        var first = graph.New([classes.Rows], ElementType.Int32);
        graph.Kernels.Elementwise.Fill(Bits(first), 0f);
        var normalizers = graph.New([classes.Rows, 2]);
        graph.Kernels.CrossEntropy.Forward(
            classes, x.Floats, first.Ints, default, graph.Scratch(classes.Rows), normalizers.Floats);
        graph.Kernels.Reduction.Sum(normalizers.Floats, y.Floats, AxisShape.Last(classes.Rows, 2), 1f);

        graph.Remember(
            nameof(LogSumExp),
            [x],
            [y],
            () =>
            {
                var (dx, dy) = (graph.Accumulate(x), graph.Arrived(y));
                graph.Kernels.CrossEntropy.Backward(
                    classes, x.Floats, first.Ints, default, normalizers.Floats, dy, default, dx.Floats, dx.Adds);
                graph.Kernels.Layout.Copy(
                    PartOf([classes.Rows, classes.Classes], axis: 1, begin: 0, length: 1).Reversed, dy, dx.Floats, accumulate: true);
            },
            v => [LogSumExpValues(classes.Classes, v[0])]);
        return y;
    }

    private static double[] LogSumExpValues(int columns, double[] x) =>
    [
        .. x.Chunk(columns).Select(row => row.Max() + Math.Log(row.Sum(value => Math.Exp(value - row.Max())))),
    ];
}
