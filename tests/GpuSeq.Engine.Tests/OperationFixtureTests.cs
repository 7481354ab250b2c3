using GpuSeq.Kernels;

namespace GpuSeq.Engine.Tests;

/// <summary>Operations against PyTorch's: outputs and every gradient.</summary>
[Category(Fixtures.Category)]
public sealed class OperationFixtureTests
{
    private const double AbsoluteTolerance = 1e-5;
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 5e-5;

    private static readonly string[] Modules =
    [
        "nn.Linear", "nn.Embedding", "nn.LayerNorm", "nn.Conv1d", "nn.Conv2d", "nn.MaxPool2d", "nn.AvgPool2d", "cross_entropy", "softmax",
        "log_softmax", "mse_loss", "logsumexp", "erf", "softplus", "logsigmoid", "leaky_relu", "elu", "binary_cross_entropy_with_logits",
    ];

    private static IEnumerable<FixtureCase> Covered => Fixtures.Select(
        "torch/basic", fixture => Modules.Contains(fixture.Module) || ActivationOf(fixture) is not null);

    [TestCaseSource(nameof(Covered))]
    public void Operation_ComputesWhatPyTorchDoes(FixtureCase fixture)
    {
        var tensors = fixture.Tensors;
        using var device = Device.Open();
        using var graph = device.BeginGraph();
        var operands = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in tensors.Under("in/").Concat(tensors.Under("param/")))
        {
            operands[name] = tensor.Type == "I64"
                ? graph.Input(tensor.Ints, new Shape(tensor.Shape))
                : graph.Input(tensor.Floats, new Shape(tensor.Shape), requiresGradient: true);
        }
        var y = Run(fixture, operands);
        // What is ill-conditioned on purpose shows in the case's own record of float32's errors.
        var measured = fixture.Json.GetProperty("float32_torch_vs_float64");
        var (output, gradient) = (Ten(measured, "out"), Ten(measured, "grad"));
        Close.Assert(y.ToArray(), tensors["out/y"].Floats, AbsoluteTolerance + output, OutputTolerance, "out/y");
        graph.Backward(y.Multiply(graph.Input(tensors["lossw/y"].Floats, y.Shape)).Sum());
        Assert.Multiple(() =>
        {
            foreach (var (name, expected) in tensors.Under("grad/in/").Concat(tensors.Under("grad/param/")))
            {
                Close.Assert(
                    operands[name].Gradient!.ToArray(), expected.Floats, AbsoluteTolerance + gradient, GradientTolerance, $"grad/{name}");
            }
        });

        static double Ten(System.Text.Json.JsonElement measured, string what) => 10 * measured.GetProperty($"{what}_max_abs").GetDouble();
    }

    private static Tensor Run(FixtureCase fixture, Dictionary<string, Tensor> operands)
    {
        switch (fixture.Module)
        {
            case "nn.Linear":
                return operands["x"].Linear(operands["weight"], operands.GetValueOrDefault("bias"));
            case "nn.Embedding":
                return operands.First(pair => pair.Value.ElementType == ElementType.Int32).Value
                    .Embedding(operands["weight"], fixture.Int("padding_idx", -1));
            case "nn.LayerNorm":
                return operands["x"].LayerNorm(
                    new Shape([.. fixture.Args.GetProperty("normalized_shape").EnumerateArray().Select(size => size.GetInt32())]),
                    operands.GetValueOrDefault("weight"), operands.GetValueOrDefault("bias"), (float)fixture.Number("eps", 1e-5));
            case "nn.Conv1d":
                return operands["x"].Conv1d(
                    operands["weight"], operands.GetValueOrDefault("bias"), One(fixture, "stride", 1), One(fixture, "padding", 0),
                    One(fixture, "dilation", 1), fixture.Int("groups", 1));
            case "nn.Conv2d":
                return operands["x"].Conv2d(operands["weight"], operands.GetValueOrDefault("bias"), new()
                {
                    Stride = Two(fixture, "stride", 1),
                    Padding = Two(fixture, "padding", 0),
                    Dilation = Two(fixture, "dilation", 1),
                    Groups = fixture.Int("groups", 1),
                });
            case "nn.MaxPool2d":
                return operands["x"].MaxPool2d(Two(fixture, "kernel_size", 1), PoolOptions(fixture));
            case "nn.AvgPool2d":
                return operands["x"].AvgPool2d(Two(fixture, "kernel_size", 1), PoolOptions(fixture));
            case "softmax":
                return AlongAxis(fixture, operands["x"], x => x.Softmax());
            case "log_softmax":
                return AlongAxis(fixture, operands["x"], x => x.LogSoftmax());
            case "mse_loss":
                return operands["x"].SquaredError(operands["target"], Reduction(fixture));
            case "logsumexp":
                return AlongLastAxis(fixture, operands["x"]).LogSumExp();
            case "erf":
                return operands["x"].Erf();
            case "softplus":
                return operands["x"].Softplus();
            case "logsigmoid":
                return operands["x"].LogSigmoid();
            case "leaky_relu":
                return operands["x"].LeakyRelu();
            case "elu":
                return operands["x"].Elu();
            case "binary_cross_entropy_with_logits":
                return operands["logits"].BinaryCrossEntropy(
                    operands["targets"].Detach(), Reduction(fixture), operands.GetValueOrDefault("weight")?.Detach(),
                    operands.GetValueOrDefault("pos_weight")?.Detach());
        }
        if (ActivationOf(fixture) is { } activation)
            return operands["x"].Activate(activation);
        // Classes come second; the engine has them last.
        var logits = operands["logits"];
        if (logits.Shape.Rank > 2)
            logits = logits.Permute([0, .. Enumerable.Range(2, logits.Shape.Rank - 2), 1]);
        return logits.CrossEntropy(operands["labels"], new()
        {
            IgnoredIndex = fixture.Int("ignore_index", -100),
            LabelSmoothing = (float)fixture.Number("label_smoothing", 0),
            Reduction = Reduction(fixture),
            ClassWeights = operands.GetValueOrDefault("weight")?.Detach(),
        });
    }

    private static LossReduction Reduction(FixtureCase fixture) =>
        Enum.Parse<LossReduction>(fixture.Text("reduction", "mean"), ignoreCase: true);

    private static Tensor AlongLastAxis(FixtureCase fixture, Tensor x)
    {
        Assert.That(fixture.Json.GetProperty("dim").GetInt32(), Is.EqualTo(-1).Or.EqualTo(x.Shape.Rank - 1), "the axis");
        return x;
    }

    // The engine computes along the last axis.
    private static Tensor AlongAxis(FixtureCase fixture, Tensor x, Func<Tensor, Tensor> function)
    {
        var (last, axis) = (x.Shape.Rank - 1, fixture.Json.GetProperty("dim").GetInt32());
        int[] order = [.. Enumerable.Range(0, last + 1)];
        if (axis >= 0)
            (order[axis], order[last]) = (order[last], order[axis]);
        return function(x.Permute(order)).Permute(order);
    }

    private static Pool2dOptions PoolOptions(FixtureCase fixture) => new()
    {
        Stride = fixture.Args.TryGetProperty("stride", out _) ? Two(fixture, "stride", 1) : null,
        Padding = Two(fixture, "padding", 0),
        Dilation = Two(fixture, "dilation", 1),
        CeilMode = fixture.Flag("ceil_mode", false),
        CountIncludePad = fixture.Flag("count_include_pad", true),
    };

    // An argument that is one number or a list of one.
    private static int One(FixtureCase fixture, string name, int otherwise) => Two(fixture, name, otherwise).Width;

    // An argument that is one number for both axes or a list.
    private static (int Height, int Width) Two(FixtureCase fixture, string name, int otherwise)
    {
        if (!fixture.Args.TryGetProperty(name, out var value))
            return (otherwise, otherwise);
        return value.ValueKind == System.Text.Json.JsonValueKind.Number
            ? (value.GetInt32(), value.GetInt32())
            : (value[0].GetInt32(), value[value.GetArrayLength() - 1].GetInt32());
    }

    private static Activation? ActivationOf(FixtureCase fixture) => fixture.Module switch
    {
        "tanh" => Activation.Tanh,
        "sigmoid" => Activation.Sigmoid,
        "relu" => Activation.Relu,
        "gelu_exact" => Activation.Gelu,
        "gelu_tanh" => Activation.GeluTanh,
        "silu" => Activation.Silu,
        _ => null,
    };
}
