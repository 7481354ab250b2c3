using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

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
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias = null, Activation activation = Activation.None) =>
        x.Linear(weight, bias, Range.All, null, activation);

    /// <summary>
    /// The same for some of the outputs, where a weight holds several layers, as <c>in_proj_weight</c> of
    /// <c>nn.MultiheadAttention</c> does.
    /// </summary>
    /// <param name="x">Any number of rows.</param>
    /// <param name="weight">As PyTorch's <c>nn.Linear.weight</c>.</param>
    /// <param name="bias">Or null for none.</param>
    /// <param name="rows">Which rows of the weight, one for each output.</param>
    /// <param name="biases">Which elements of the bias; null for those with the rows' numbers.</param>
    /// <param name="activation">Applied in the same kernel.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Linear(
        this Tensor x, Tensor weight, Tensor? bias, Range rows, Range? biases = null, Activation activation = Activation.None)
    {
        var graph = Graph.Of(nameof(Linear), x, weight, bias);
        if (weight.Shape.Rank != 2 || x.Shape.Rank == 0 || x.Shape.Columns != weight.Shape[1])
            throw new ShapeException(nameof(Linear), $"x {x.Shape} and weight {weight.Shape} [outputs, inputs]");
        var (first, outputs) = rows.GetOffsetAndLength(weight.Shape[0]);
        var (firstBias, biasCount) = (0, outputs);
        if (bias is not null)
            (firstBias, biasCount) = (biases ?? rows).GetOffsetAndLength(bias.Shape.IntCount);
        if (biasCount != outputs)
            throw new ShapeException(nameof(Linear), $"weight {weight.Shape} [outputs, inputs] and bias {bias?.Shape}");
        if (weight is Parameter { LowPrecision: { } narrow })
            return LinearOf(graph, x, narrow.Part(first, outputs), bias?.Floats.Part(firstBias, outputs) ?? default, activation);
        // The derivatives of some functions need what went into them, which the fused kernel does not keep.
        if (graph.IsTraining && !Activations.BackwardReadsOutput(activation))
            return x.Linear(weight, bias, rows, biases).Activate(activation);
        var (count, inputs) = (x.Shape.Rows, weight.Shape[1]);
        var y = graph.Result(x.Shape.WithColumns(outputs), x, weight, bias);
        var kernels = graph.Kernels;
        var matrix = new Matrices(x, isJoined: true);
        var shape = new GemmShape(count, outputs, inputs) { TransposeB = true, Activation = activation };
        kernels.Gemm.Multiply(
            shape with { TransposeA = matrix.Layout.IsTransposed, Lda = matrix.Layout.Stride }, matrix.Floats, Weight(),
            y.Floats, bias?.Floats.Part(firstBias, outputs) ?? default);

        graph.Remember(
            nameof(Linear),
            [x, weight, bias],
            [y],
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
                    kernels.Gemm.Multiply(new(count, inputs, outputs) { Beta = dx.Beta }, dy, Weight(), dx.Floats);
                }
                if (weight.RequiresGradient) // dW = dy^T x
                {
                    var dw = graph.AccumulatePart(weight, (long)first * inputs, (long)outputs * inputs);
                    var sums = new GemmShape(outputs, inputs, count) { TransposeA = true, Beta = dw.Beta };
                    kernels.Gemm.Multiply(
                        sums with { TransposeB = matrix.Layout.IsTransposed, Ldb = matrix.Layout.Stride }, dy, matrix.Floats, dw.Floats);
                }
                if (bias is { RequiresGradient: true }) // db = sum of dy over rows
                {
                    var db = graph.AccumulatePart(bias, firstBias, outputs);
                    kernels.Reduction.SumRows(dy, db.Floats, count, outputs, accumulate: db.Adds);
                }
            },
            v => [Values(y, result => GemmReference.Multiply<double>(
                shape, v[0], v[1].AsSpan(first * inputs, outputs * inputs), result,
                v[2].Length > 0 ? v[2].AsSpan(firstBias, outputs) : default))]);
        return y;

        ILGPU.ArrayView<float> Weight() => weight.Floats.Part((long)first * inputs, (long)outputs * inputs);
    }
}
