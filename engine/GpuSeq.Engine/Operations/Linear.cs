using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;
using ILGPU;

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
        return Layer(nameof(Linear), x, new(weight, first, outputs, weight.Shape[1]), new(bias, firstBias, outputs), activation);
    }

    /// <summary>
    /// y = activation(x W + b): x [.., inputs], W [inputs, outputs], b [outputs], y [.., outputs]. So GPT-2 stores its weights.
    /// </summary>
    /// <param name="x">Any number of rows.</param>
    /// <param name="weight">A row for each input.</param>
    /// <param name="bias">Or null for none.</param>
    /// <param name="activation">Applied in the same kernel.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Affine(this Tensor x, Tensor weight, Tensor? bias = null, Activation activation = Activation.None)
    {
        var graph = Graph.Of(nameof(Affine), x, weight, bias);
        if (weight.Shape.Rank != 2 || x.Shape.Rank == 0 || x.Shape.Columns != weight.Shape[0])
            throw new ShapeException(nameof(Affine), $"x {x.Shape} and weight {weight.Shape} [inputs, outputs]");
        var outputs = weight.Shape[1];
        if (bias is not null && bias.Shape.ElementCount != outputs)
            throw new ShapeException(nameof(Affine), $"weight {weight.Shape} [inputs, outputs] and bias {bias.Shape}");
        var matrix = new LayerWeight(graph.Widened(weight), 0, outputs, weight.Shape[0]) { InputsFirst = true };
        return Layer(nameof(Affine), x, matrix, new(bias, 0, outputs), activation);
    }

    // The rows of a weight [outputs, inputs] from one on; or, with inputs first, a whole weight [inputs, outputs].
    private sealed record LayerWeight(Tensor Tensor, int First, int Outputs, int Inputs)
    {
        public bool InputsFirst { get; init; }

        public long Offset => (long)First * Inputs;

        public long Length => (long)Outputs * Inputs;

        public ArrayView<float> Floats => Tensor.Floats.Part(Offset, Length);
    }

    private sealed record LayerBias(Tensor? Tensor, int First, int Outputs)
    {
        public ArrayView<float> Floats => Tensor?.Floats.Part(First, Outputs) ?? default;
    }

    private static Tensor Layer(string operation, Tensor x, LayerWeight weight, LayerBias bias, Activation activation)
    {
        var graph = Graph.Of(operation, x, weight.Tensor, bias.Tensor);
        // The derivatives of some functions need what went into them, which the fused kernel does not keep.
        if (graph.IsTraining && !Activations.BackwardReadsOutput(activation))
            return Layer(operation, x, weight, bias, Activation.None).Activate(activation);
        var (count, inputs, outputs) = (x.Shape.Rows, weight.Inputs, weight.Outputs);
        var y = graph.Result(x.Shape.WithColumns(outputs), x, weight.Tensor, bias.Tensor);
        var kernels = graph.Kernels;
        var matrix = new Matrices(x, isJoined: true);
        var shape = new GemmShape(count, outputs, inputs) { TransposeB = !weight.InputsFirst, Activation = activation };
        kernels.Gemm.Multiply(
            shape with { TransposeA = matrix.Layout.IsTransposed, Lda = matrix.Layout.Stride }, matrix.Floats, weight.Floats,
            y.Floats, bias.Floats);

        graph.Remember(
            operation,
            [x, weight.Tensor, bias.Tensor],
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
                if (x.RequiresGradient) // dx = dy W, or dy W^T with inputs first
                {
                    var dx = graph.Accumulate(x);
                    var product = new GemmShape(count, inputs, outputs) { TransposeB = weight.InputsFirst, Beta = dx.Beta };
                    kernels.Gemm.Multiply(product, dy, weight.Floats, dx.Floats);
                }
                if (weight.Tensor.RequiresGradient)
                    GradientOfWeight(graph, weight, matrix, dy, count);
                if (bias.Tensor is { RequiresGradient: true }) // db = sum of dy over rows
                {
                    var db = graph.AccumulatePart(bias.Tensor, bias.First, outputs);
                    kernels.Reduction.SumRows(dy, db.Floats, count, outputs, accumulate: db.Adds);
                }
            },
            v => [Values(y, result => GemmReference.Multiply<double>(
                shape, v[0], v[1].AsSpan((int)weight.Offset, (int)weight.Length), result,
                v[2].Length > 0 ? v[2].AsSpan(bias.First, outputs) : default))]);
        return y;
    }

    // dW = dy^T x, or x^T dy with inputs first.
    private static void GradientOfWeight(Graph graph, LayerWeight weight, Matrices x, ArrayView<float> dy, int count)
    {
        var dw = graph.AccumulatePart(weight.Tensor, weight.Offset, weight.Length);
        var (isTransposed, stride) = (x.Layout.IsTransposed, x.Layout.Stride);
        if (weight.InputsFirst)
        {
            var shape = new GemmShape(weight.Inputs, weight.Outputs, count) { TransposeA = !isTransposed, Lda = stride };
            graph.Kernels.Gemm.Multiply(shape with { Beta = dw.Beta }, x.Floats, dy, dw.Floats);
        }
        else
        {
            var shape = new GemmShape(weight.Outputs, weight.Inputs, count) { TransposeA = true, TransposeB = isTransposed, Ldb = stride };
            graph.Kernels.Gemm.Multiply(shape with { Beta = dw.Beta }, dy, x.Floats, dw.Floats);
        }
    }
}
