using GpuSeq.Kernels;

namespace GpuSeq.Engine.Tests;

/// <summary>Operations against PyTorch's: outputs and every gradient.</summary>
[Category(Fixtures.Category)]
public sealed class OperationFixtureTests
{
    private const double AbsoluteTolerance = 1e-5;
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 5e-5;

    // Class indices over the last axis only: [N, C, L] needs a permutation first.
    private static IEnumerable<FixtureCase> Covered => Fixtures.Select(
        "torch/basic",
        fixture => fixture.Module is "nn.Linear" or "nn.Embedding"
            || ActivationOf(fixture) is not null
            || (fixture.Module == "cross_entropy" && fixture.Tensors["in/logits"].Shape.Length == 2));

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
        Close.Assert(y.ToArray(), tensors["out/y"].Floats, AbsoluteTolerance, OutputTolerance, "out/y");
        graph.Backward(y.Multiply(graph.Input(tensors["lossw/y"].Floats, y.Shape)).Sum());
        Assert.Multiple(() =>
        {
            foreach (var (name, expected) in tensors.Under("grad/in/").Concat(tensors.Under("grad/param/")))
                Close.Assert(operands[name].Gradient!.ToArray(), expected.Floats, AbsoluteTolerance, GradientTolerance, $"grad/{name}");
        });
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
        }
        if (ActivationOf(fixture) is { } activation)
            return operands["x"].Activate(activation);
        return operands["logits"].CrossEntropy(operands["labels"], new()
        {
            IgnoredIndex = fixture.Int("ignore_index", -100),
            LabelSmoothing = (float)fixture.Number("label_smoothing", 0),
            Reduction = Enum.Parse<LossReduction>(fixture.Text("reduction", "mean"), ignoreCase: true),
            ClassWeights = operands.GetValueOrDefault("weight")?.Detach(),
        });
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
