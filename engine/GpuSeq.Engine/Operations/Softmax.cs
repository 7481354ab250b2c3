using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>e^x over its sum, along the last axis. What is -infinity has share 0; a row of nothing else is 0 everywhere.</summary>
    /// <exception cref="ShapeException">x is a scalar.</exception>
    public static Tensor Softmax(this Tensor x) => Softmax(nameof(Softmax), x, log: false);

    /// <summary>The logarithm of <see cref="Softmax(Tensor)"/>.</summary>
    /// <exception cref="ShapeException">x is a scalar.</exception>
    public static Tensor LogSoftmax(this Tensor x) => Softmax(nameof(LogSoftmax), x, log: true);

    private static Tensor Softmax(string operation, Tensor x, bool log)
    {
        var graph = Graph.Of(operation, x);
        if (x.Shape.Rank == 0)
            throw new ShapeException(operation, $"x {x.Shape} [.., C]");
        var (rows, columns) = (x.Shape.Rows, x.Shape.Columns);
        var y = graph.Result(x.Shape, x);
        graph.Kernels.Softmax.Forward(rows, columns, x.Floats, y.Floats, log);

        graph.Remember(
            operation,
            [x],
            [y],
            () =>
            {
                var dx = graph.Accumulate(x);
                graph.Kernels.Softmax.Backward(rows, columns, y.Floats, graph.Arrived(y), dx.Floats, log, dx.Adds);
            },
            v => [Values(y, result => SoftmaxReference.Forward<double>(columns, v[0], result, log))]);
        return y;
    }
}
