using GpuSeq.Kernels;

namespace GpuSeq.Engine;

/// <summary>The operations of the engine. Each file holds one, its gradient beside its value.</summary>
public static partial class Operations
{
    /// <summary>y = activation(x W^T + b): x [.., inputs], W [outputs, inputs], b [outputs], y [.., outputs].</summary>
    /// <param name="x">Any number of rows.</param>
    /// <param name="weight">As PyTorch's <c>nn.Linear.weight</c>.</param>
    /// <param name="bias">Or null for none.</param>
    /// <param name="activation">Applied in the same kernel.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias = null, Activation activation = Activation.None)
    {
        var graph = Graph.Of(nameof(Linear), x, weight, bias);
        if (weight.Shape.Rank != 2 || x.Shape.Rank == 0 || x.Shape.Columns != weight.Shape[1])
            throw new ShapeException(nameof(Linear), $"x {x.Shape} and weight {weight.Shape} [outputs, inputs]");
        if (bias is not null && bias.Shape.ElementCount != weight.Shape[0])
            throw new ShapeException(nameof(Linear), $"weight {weight.Shape} [outputs, inputs] and bias {bias.Shape}");
        // The derivatives of some functions need what went into them, which the fused kernel does not keep.
        if (graph.IsTraining && !Activations.BackwardReadsOutput(activation))
            return x.Linear(weight, bias).Activate(activation);
        var (rows, outputs, inputs) = (x.Shape.Rows, weight.Shape[0], weight.Shape[1]);
        var y = graph.Result(x.Shape.WithColumns(outputs), x, weight, bias);
        var kernels = graph.Kernels;
        kernels.Gemm.Multiply(
            new(rows, outputs, inputs) { TransposeB = true, Activation = activation },
            x.Floats, weight.Floats, y.Floats, bias?.Floats ?? default);

        graph.Remember(
            nameof(Linear),
            () =>
            {
                var dy = graph.Arrived(y);
                if (activation != Activation.None)
                {
                    var inner = graph.Scratch(dy.Length);
                    kernels.Activations.Backward(activation, default, y.Floats, dy, inner, accumulate: false);
                    dy = inner;
                }
                if (x.RequiresGradient) // dx = dy W
                {
                    var dx = graph.Accumulate(x);
                    kernels.Gemm.Multiply(new(rows, inputs, outputs) { Beta = dx.Beta }, dy, weight.Floats, dx.Floats);
                }
                if (weight.RequiresGradient) // dW = dy^T x
                {
                    var dw = graph.Accumulate(weight);
                    kernels.Gemm.Multiply(
                        new(outputs, inputs, rows) { TransposeA = true, Beta = dw.Beta }, dy, x.Floats, dw.Floats);
                }
                if (bias is { RequiresGradient: true }) // db = sum of dy over rows
                {
                    var db = graph.Accumulate(bias);
                    kernels.Reduction.SumRows(dy, db.Floats, rows, outputs, accumulate: db.Adds);
                }
            },
            y);
        return y;
    }
}
