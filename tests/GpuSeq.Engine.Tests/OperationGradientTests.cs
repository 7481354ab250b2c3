using GpuSeq.Kernels;

namespace GpuSeq.Engine.Tests;

/// <summary>Every operation against its definition: values, and gradients by central differences in float64.</summary>
public sealed class OperationGradientTests
{
    private static readonly Shape[] LstmShapes = [[16, 3], [16, 4], [16], [16]];
    private Device _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = Device.Open();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    private static IEnumerable<TestCaseData> Operations
    {
        get
        {
            foreach (var activation in Enum.GetValues<Activation>())
            {
                yield return Case($"{activation}", x => x[0].Activate(activation), [3, 5]);
                yield return Case($"linear {activation}", x => x[0].Linear(x[1], x[2], activation), [2, 3, 5], [4, 5], [4]);
                yield return Case($"affine {activation}", x => x[0].Affine(x[1], x[2], activation), [2, 3, 5], [5, 4], [4]);
            }
            yield return Case("add", x => x[0] + x[1], [2, 1, 3], [4, 1]);
            yield return Case("add to itself", x => x[0] + x[0], [7]);
            yield return Case("subtract", x => x[0] - x[1], [3], [2, 1, 3]);
            yield return Case("multiply", x => x[0] * x[1], [2, 3, 5], [5]);
            yield return Case("multiply with itself", x => x[0] * x[0], [3, 3]);
            yield return Case("divide", x => x[0] / x[1], [2, 3, 2], [3, 1]);
            yield return Case("scale", x => x[0].Scale(-0.3f), [3, 1]);
            yield return Case("scalars", x => 2f * (1f - x[0]) / 3f - (-x[0] + 0.5f) * 4f - 1f, [3, 2]);
            yield return Case("broadcast", x => x[0].BroadcastTo([2, 3, 4, 2]), [3, 1, 2]);
            yield return Case("square", x => x[0].Square(), [3, 5]);
            yield return Case("square root", x => x[0].Abs().Sqrt(), [3, 5]);
            yield return Case("exp", x => x[0].Exp() * x[0].Exp(), [3, 5]);
            yield return Case("log", x => x[0].Abs().Log(), [3, 5]);
            yield return Case("power", x => x[0].Abs().Power(-1.5f), [3, 5]);
            yield return Case("clamp", x => x[0].Clamp(-0.5f, 0.3f), [3, 5]);
            yield return Case("norm per step", x => x[0].NormPerStep(), [3, 5, 2]);
            foreach (var norm in Enum.GetValues<Norm>())
                yield return Case($"norm {norm}", x => x[0].Norm(norm) + x[0].Sum(), [3, 5]);
            yield return Case("sum", x => x[0].Sum(), [3, 5]);
            yield return Case("mean", x => x[0].Mean(), [3, 5]);
            foreach (var axis in new[] { 0, 1, -1 })
            {
                yield return Case($"sum along {axis}", x => x[0].Sum(axis, keepAxis: true), [3, 5, 2]);
                yield return Case($"mean along {axis}", x => x[0].Mean(axis), [3, 5, 2]);
                yield return Case($"max along {axis}", x => x[0].Max(axis) * x[0].Sum(axis), [3, 5, 2]);
            }
            yield return Case("top-k", x => x[0].TopK(2).Values, [3, 5]);
            yield return Case("softmax", x => x[0].Softmax(), [2, 3, 5]);
            yield return Case("softmax reused", x => x[0].Softmax() * x[0], [3, 5]);
            yield return Case("log-softmax", x => x[0].LogSoftmax(), [3, 5]);
            yield return Case("softplus", x => x[0].Softplus(), [3, 5]);
            yield return Case("log-sigmoid", x => x[0].LogSigmoid(), [3, 5]);
            yield return Case("leaky-relu", x => x[0].LeakyRelu(0.2f), [3, 5]);
            yield return Case("elu", x => x[0].Elu(0.5f), [3, 5]);
            yield return Case("erf", x => x[0].Erf(), [3, 5]);
            yield return Case("log-sum-exp", x => x[0].LogSumExp() * x[0].Sum(-1), [2, 3, 5]);
            yield return Case("reshape", x => x[0].Reshape([5, 3]), [3, 5]);
            yield return Case("slice", x => x[0].Slice(1, 2), [4, 3]);
            yield return Case("slice by steps", x => x[0].Slice(-1, 1, 2, step: 3), [3, 7]);
            yield return Case("permute", x => x[0].Permute(2, 0, 1), [2, 3, 4]);
            yield return Case("transpose twice used", x => x[0].Transpose() * x[0].Permute(0, 2, 1), [2, 3, 3]);
            yield return Case("concat", x => new[] { x[0], x[1], x[0] }.Concat(1), [2, 3, 2], [2, 1, 2]);
            yield return Case("split", x => x[0].Split(1, 1, 3)[1] * x[0].Split(1, 3, 1)[0], [2, 4]);
            yield return Case("pad", x => x[0].Pad([(1, 2), (0, 1)], 3f), [2, 2, 3]);
            yield return Case("select", x => x[0].Select(1, Ints(x[0], [1, 4, 1, 0], [4])), [2, 5, 3]);
            yield return Case("gather", x => x[0].Gather(1, Ints(x[0], [1, 4, 1, 0], [2, 2])), [2, 5]);
            yield return Case("where", x => Ints(x[0], [1, 0, 1], [3]).Where(x[0], x[1]), [2, 3], [2, 3]);
            yield return Case("masked fill", x => x[0].MaskedFill(Ints(x[0], [1, 0], [2, 1]), 5f), [2, 3]);
            yield return Case("linear", x => x[0].Linear(x[1]), [3, 5], [2, 5]);
            yield return Case("linear of a part", x => x[0].Linear(x[1], x[2], 1..4), [3, 5], [6, 5], [6]);
            yield return Case("linear with shared weights", x => x[0].Linear(x[1]).Linear(x[1]), [3, 3], [3, 3]);
            yield return Case("matmul", x => x[0].MatMul(x[1]), [3, 5], [5, 2]);
            yield return Case("matmul batched", x => x[0].MatMul(x[1]), [2, 3, 5], [2, 5, 2]);
            yield return Case("matmul by one matrix", x => x[0].MatMul(x[1]), [2, 3, 5], [5, 2]);
            yield return Case("matmul of one matrix", x => x[0].MatMul(x[1]), [3, 5], [2, 5, 2]);
            foreach (var test in ProductsOfViews)
                yield return test;
            yield return Case("matmul with itself", x => x[0].MatMul(x[0]), [3, 3]);
            yield return Case("embedding", x => Ints(x[0], [2, 0, 2], [3, 1]).Embedding(x[0]), [4, 3]);
            yield return Case(
                "sum of embeddings",
                x => Engine.Operations.EmbeddingSum(
                    new(Ints(x[0], [2, 0, 2, 1, 1, 3], [2, 3]), x[0]), new(Ints(x[0], [0, 1, 2], [3]), x[1]),
                    new(Ints(x[0], [1, 0], [2, 1]), x[2])),
                [4, 5], [3, 5], [2, 5]);
            yield return Case(
                "sum of two embeddings of one table",
                x => Engine.Operations.EmbeddingSum(new(Ints(x[0], [2, 0], [2]), x[0]), new(Ints(x[0], [2, 1], [2]), x[0])), [3, 4]);
            yield return Case("layer norm", x => x[0].LayerNorm([2, 3], x[1], x[2]), [3, 2, 3], [2, 3], [2, 3]);
            yield return Case("layer norm reused", x => x[0].LayerNorm([3], x[1]) + x[0].Scale(2f), [3, 3], [3]);
            yield return Case(
                "layer norm of a residual", x => x[0].AddLayerNorm(x[1], x[2], x[3], dropout: 0.3f).Normalized,
                [3, 2, 7], [3, 2, 7], [7], [7]);
            yield return Case(
                "layer norm of a residual and its sum",
                x =>
                {
                    var (sum, normalized) = x[0].AddLayerNorm(x[0], x[1], dropout: 0.3f);
                    return sum * normalized;
                },
                [3, 7], [7]);
            yield return Case("sum of a residual", x => x[0].AddLayerNorm(x[1]).Sum, [3, 7], [3, 7]);
            yield return Case("dropout", x => x[0].Dropout(0.4f), [5, 7]);
            foreach (var reduction in Enum.GetValues<LossReduction>())
            {
                yield return Case(
                    $"squared error {reduction}", x => x[0].SquaredError(x[1], reduction, x[2].Detach()), [3, 5], [3, 5], [5]);
                yield return Case(
                    $"binary cross-entropy {reduction}",
                    x => x[0].BinaryCrossEntropy(
                        x[0].Detach().Sigmoid() * x[1].Detach(), reduction, x[1].Detach(), positiveWeights: x[2].Detach()),
                    [3, 5], [3, 5], [1, 5]);
                yield return Case(
                    $"cross-entropy {reduction}",
                    x => x[0].CrossEntropy(
                        Ints(x[0], [1, -1, 4], [3]),
                        new() { IgnoredIndex = -1, LabelSmoothing = 0.1f, Reduction = reduction, ClassWeights = x[1].Detach() }),
                    [3, 5], [5]);
            }
            yield return Case(
                "conv2d",
                x => x[0].Conv2d(x[1], x[2], new() { Stride = (2, 1), Padding = (1, 0), Dilation = (1, 2), Groups = 2 }, Activation.Tanh),
                [2, 4, 5, 6], [6, 2, 2, 3], [6]);
            yield return Case("conv1d", x => x[0].Conv1d(x[1], x[2], padding: 1, activation: Activation.Gelu), [2, 3, 7], [5, 3, 3], [5]);
            yield return Case(
                "conv2d of odd windows",
                x => x[0].Conv2d(x[1], x[2], new() { Stride = (2, 1), Padding = (1, 2), Dilation = (1, 2), Groups = 2 }),
                [2, 4, 4, 5], [6, 2, 3, 2], [6]);
            yield return Case(
                "conv1d by steps", x => x[0].Conv1d(x[1], x[2], stride: 2, padding: 1, dilation: 2), [2, 3, 9], [4, 3, 3], [4]);
            yield return Case("max-pool", x => x[0].MaxPool2d((2, 3), new() { Stride = (1, 2), Padding = (1, 1) }), [2, 2, 5, 6]);
            yield return Case("max-pool 1d", x => x[0].MaxPool1d(3, stride: 2, ceilMode: true), [2, 8]);
            yield return Case("average-pool", x => x[0].AvgPool2d((2, 2), new() { Padding = (1, 1), CountIncludePad = false }), [2, 3, 5]);
            yield return Case(
                "average-pool beyond the end", x => x[0].AvgPool2d((3, 2), new() { Stride = (2, 1), Padding = (1, 1), CeilMode = true }),
                [2, 2, 5, 4]);
            yield return Case("average-pool 1d", x => x[0].AvgPool1d(3, stride: 1, padding: 1), [2, 8]);
            foreach (var test in Attentions.Concat(Recurrences))
                yield return test;
        }
    }

    private static IEnumerable<TestCaseData> ProductsOfViews
    {
        get
        {
            yield return Case("matmul by a transposition", x => x[0].MatMul(x[1].Transpose()), [3, 5], [2, 5]);
            yield return Case("matmul of a transposition", x => x[0].Transpose().MatMul(x[1]), [5, 3], [5, 2]);
            yield return Case("matmul of transpositions", x => x[0].Transpose().MatMul(x[1].Transpose()), [2, 5, 3], [2, 4, 5]);
            yield return Case("matmul with its transposition", x => x[0].MatMul(x[0].Transpose()), [3, 4]);
            yield return Case("matmul by one transposition", x => x[0].MatMul(x[1].Transpose()), [2, 3, 5], [2, 5]);
            yield return Case("matmul of many transpositions by one matrix", x => x[0].Transpose().MatMul(x[1]), [2, 5, 3], [5, 2]);
            yield return Case("matmul of one transposition", x => x[0].Transpose().MatMul(x[1]), [5, 3], [2, 3, 5, 2]);
            yield return Case("matmul of slices", x => x[0][.., 1..4].MatMul(x[1][1..4, 2..]), [3, 6], [5, 4]);
            yield return Case(
                "matmul of sliced transpositions", x => x[0].Transpose()[1..].MatMul(x[1][.., ..2].Transpose()), [2, 4], [3, 5]);
            yield return Case(
                "matmul of every second row and column",
                x => x[0].Slice(0, 0, 2, step: 2).MatMul(x[1].Slice(1, 0, 2, step: 2)), [3, 4], [4, 3]);
            yield return Case(
                "matmul of heads",
                x => x[0].Permute(0, 2, 1, 3).MatMul(x[1].Permute(0, 2, 3, 1)).MatMul(x[1].Permute(0, 2, 1, 3)),
                [2, 3, 2, 4], [2, 5, 2, 4]);
            yield return Case(
                "matmul of five axes", x => x[0].Permute(1, 0, 2, 4, 3).MatMul(x[1].Transpose()), [2, 3, 2, 4, 3], [3, 2, 2, 5, 4]);
            yield return Case("linear of a transposition", x => x[0].Transpose().Linear(x[1], x[2]), [5, 3], [2, 5], [2]);
            yield return Case("linear of a slice", x => x[0][.., .., 1..].Linear(x[1]), [2, 3, 6], [4, 5]);
            yield return Case("linear of many transpositions", x => x[0].Transpose().Linear(x[1]), [2, 5, 3], [2, 5]);
            yield return Case("affine of a transposition", x => x[0].Transpose().Affine(x[1], x[2]), [5, 3], [5, 2], [2]);
            yield return Case("affine of a slice", x => x[0][.., .., 1..].Affine(x[1]), [2, 3, 6], [5, 4]);
            yield return Case("affine with shared weights", x => x[0].Affine(x[1]).Affine(x[1]), [3, 3], [3, 3]);
            yield return Case("linear of one row", x => x[0].Linear(x[1]), [5], [3, 5]);
            yield return Case("an entry", x => x[0][1] * x[0][^1], [3, 4]);
        }
    }

    private static IEnumerable<TestCaseData> Attentions
    {
        get
        {
            yield return Case("attention", x => x[0].Attention(x[1], x[2], 2).Output, [2, 3, 6], [2, 5, 6], [2, 5, 6]);
            yield return Case(
                "attention with heads first and a mask",
                x => x[0].Attention(x[1], x[2], options: new()
                {
                    Bias = x[3].Detach(),
                    Lengths = Ints(x[0], [5, 3], [2]),
                    Keep = Ints(x[0], [1, 1, 0, 1, 1], [5]),
                    Scale = 0.7f,
                }).Output,
                [2, 3, 4, 2], [2, 3, 5, 2], [2, 3, 5, 2], [3, 4, 5]);
            yield return Case(
                "attention weights",
                x =>
                {
                    var (output, weights) = x[0].Attention(x[1], x[2], options: new() { ReturnsWeights = true });
                    return output.Sum() + (weights! * weights!).Sum();
                },
                [1, 3, 4], [1, 5, 4], [1, 5, 4]);
            yield return Case(
                "self-attention", x => x[0].SelfAttention(2, new() { IsCausal = true, Dropout = 0.3f }).Output, [2, 9, 12]);
            yield return Case("attention of one tensor", x => x[0].Attention(x[0], x[0], 2, new() { Band = 1 }).Output, [2, 4, 6]);
            yield return Case("cross-attention", x => x[0].CrossAttention(x[1], 3).Output, [2, 3, 6], [2, 4, 12]);
        }
    }

    private static IEnumerable<TestCaseData> Recurrences
    {
        get
        {
            yield return Case("rnn", x => x[0].Rnn([Weights(x, 1)], new()).Output, [2, 5, 3], [4, 3], [4, 4], [4], [4]);
            yield return Case(
                "rnn relu time first", x => x[0].Rnn([Weights(x, 1)], new() { BatchFirst = false }, null, Activation.Relu).Output,
                [5, 2, 3], [4, 3], [4, 4], [4], [4]);
            yield return Case(
                "lstm with states and lengths",
                x =>
                {
                    var options = new RecurrentOptions { Lengths = Ints(x[0], [5, 2], [2]) };
                    var (output, state, cell) = x[0].Lstm([Weights(x, 3)], options, x[1], x[2]);
                    return (output * output).Sum() + (state * cell!).Sum();
                },
                [[2, 5, 3], [1, 2, 4], [1, 2, 4], .. LstmShapes]);
            yield return Case(
                "lstm with a projection", x => x[0].Lstm([new(x[1], x[2], x[3], x[4], x[5])], new()).Output,
                [2, 4, 3], [16, 3], [16, 2], [16], [16], [2, 4]);
            yield return Case(
                "two lstms in two directions with dropout",
                x => x[0].Lstm(
                    [Weights(x, 1), Weights(x, 5), Weights(x, 9), Weights(x, 13)], new() { Bidirectional = true, Dropout = 0.4f }).Output,
                [[2, 3, 3], .. LstmShapes, .. LstmShapes, [16, 8], [16, 4], [16], [16], [16, 8], [16, 4], [16], [16]]);
            yield return Case(
                "lstm steps",
                x =>
                {
                    var (h, c) = x[0].LstmStep(x[1], x[2], Weights(x, 3));
                    (h, c) = (x[0] * 0.5f).LstmStep(h, c, Weights(x, 3));
                    return h + c;
                },
                [[2, 3], [2, 4], [2, 4], .. LstmShapes]);
            yield return Case("rnn step", x => x[0].RnnStep(x[1], new(x[2], x[3])), [2, 3], [2, 4], [4, 3], [4, 4]);
            yield return Case("gru step without a state", x => x[0].GruStep(null, new(x[1], x[2])), [2, 3], [12, 3], [12, 4]);
            yield return Case("gru", x => x[0].Gru([Weights(x, 1)], new()).State, [2, 5, 3], [12, 3], [12, 4], [12], [12]);
            yield return Case(
                "gru of the paper", x => x[0].Gru([Weights(x, 2)], new(), x[1], GruForm.ResetBefore).Output,
                [2, 5, 3], [1, 2, 4], [12, 3], [12, 4], [12], [12]);
        }
    }

    [TestCaseSource(nameof(Operations))]
    public void Operation_AgreesWithItsDefinition(Func<Tensor[], Tensor> operation, Shape[] shapes)
    {
        using var graph = _device.BeginGraph(new RandomStream(3));
        var operands = shapes.Select((shape, i) => graph.Input(Values(shape, i + 1), shape, requiresGradient: true)).ToArray();
        var y = operation(operands);
        var loss = (y * graph.Input(Values(y.Shape, 0), y.Shape)).Sum();
        var report = graph.CheckGradients(loss, operands, new() { Tolerance = 1e-5 });
        Assert.Multiple(() =>
        {
            Assert.That(loss.Item(), Is.EqualTo(report.Loss).Within(2e-6 * Math.Max(1, y.Shape.ElementCount)), "loss");
            Assert.That(report.Passed, report.ToString());
        });
    }

    private static TestCaseData Case(string name, Func<Tensor[], Tensor> operation, params Shape[] shapes) =>
        new TestCaseData(operation, shapes).SetArgDisplayNames(name);

    private static Tensor Ints(Tensor like, int[] values, Shape shape) => Graph.Of("Ints", like).Input(values, shape);

    private static RecurrentWeights Weights(Tensor[] x, int first) => new(x[first], x[first + 1], x[first + 2], x[first + 3]);

    // From -1 to 1, but away from 0, where some functions have a kink and quotients a pole.
    private static float[] Values(Shape shape, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, shape.IntCount).Select(_ => (0.1f + 0.9f * random.NextSingle()) * (random.Next(2) * 2 - 1))];
    }
}
