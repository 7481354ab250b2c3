using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>A tensor as float32: itself, or a copy of narrowed weights for an operation that has no kernel for them.</summary>
    internal static Tensor Widened(this Graph graph, Tensor tensor)
    {
        if (tensor is not Parameter { LowPrecision: { } matrix })
            return tensor;
        var widened = graph.New(tensor.Shape);
        graph.Kernels.LowPrecision.Widen(matrix, widened.Floats);
        return widened;
    }

    // y = activation(x W^T + b) with narrowed weights, which have no gradient, and through which none goes.
    private static Tensor LinearOf(Graph graph, Tensor x, in LowPrecisionMatrix weight, ArrayView<float> bias, Activation activation)
    {
        if (graph.IsTraining && x.RequiresGradient)
        {
            throw new InvalidOperationException(
                $"{nameof(Linear)}: weights that were narrowed are for inference; begin the graph without training, or detach x.");
        }
        var y = graph.New(x.Shape.WithColumns(weight.Rows));
        graph.Kernels.LowPrecision.Multiply(x.Shape.Rows, x.Floats, weight, y.Floats, bias, activation: activation);
        return y;
    }

    private static Tensor LookUpOf(Graph graph, Tensor ids, in LowPrecisionMatrix table)
    {
        var y = graph.New([.. ids.Shape, table.Columns]);
        graph.Kernels.LowPrecision.LookUp(table, ids.Ints, y.Floats);
        return y;
    }
}
