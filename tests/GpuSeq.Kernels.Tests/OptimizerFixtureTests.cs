using System.Text.Json;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests;

/// <summary>The optimizers against trajectories of torch.optim: recorded gradients go in, every step's parameters must come out.</summary>
[Category(Fixtures.Category)]
public sealed class OptimizerFixtureTests
{
    private const string Folder = "torch/optim";
    private const double Absolute = 3e-5, Relative = 5e-5; // of the reference cases' own table

    private CpuKernels _device = null!;

    [OneTimeSetUp]
    public void SetUp() => _device = new();

    [OneTimeTearDown]
    public void TearDown() => _device.Dispose();

    private static IEnumerable<FixtureCase> Trajectories =>
        Fixtures.Select(Folder, fixture => fixture.Json.TryGetProperty("optimizer", out _));

    private static IEnumerable<FixtureCase> Clips =>
        Fixtures.Select(Folder, fixture => fixture.Module.EndsWith("clip_grad_norm_", StringComparison.Ordinal));

    [TestCaseSource(nameof(Trajectories))]
    public void Trajectory_IsThatOfTorch(FixtureCase fixture)
    {
        var trajectories = fixture.Tensors.Under("trajectory/");
        var gradients = fixture.Tensors.Under("grads/");
        var names = trajectories.Keys.Order(StringComparer.Ordinal).ToArray();
        var steps = gradients[names[0]].Shape[0];
        // All parameters are one flat range, as the engine has them.
        float[] Flat(IReadOnlyDictionary<string, FixtureTensor> tensors, int at) =>
            [.. names.SelectMany(name => At(tensors[name], at))];

        using var p = _device.Accelerator.Allocate1D(Flat(trajectories, 0));
        using var g = _device.Accelerator.Allocate1D<float>(p.Length);
        var initial = fixture.Number("initial_accumulator_value", 0);
        using var first = _device.Accelerator.Allocate1D(Enumerable.Repeat((float)initial, (int)p.Length).ToArray());
        using var second = _device.Accelerator.Allocate1D(new float[p.Length]);
        using var third = _device.Accelerator.Allocate1D(new float[p.Length]);
        for (var step = 1; step <= steps; step++)
        {
            g.CopyFromCPU(Flat(gradients, step - 1));
            Step(fixture, step, p.View, g.View, first.View, second.View, third.View);
            _device.Accelerator.Synchronize();
            Close.Assert(p.GetAsArray1D(), Flat(trajectories, step), Absolute, Relative, $"step {step}");
        }
    }

    [TestCaseSource(nameof(Clips))]
    public void Clipping_IsThatOfTorch(FixtureCase fixture)
    {
        var tensors = fixture.Tensors;
        var names = tensors.Under("in/").Keys.Order(StringComparer.Ordinal).ToArray();
        using var g = _device.Accelerator.Allocate1D(names.SelectMany(name => tensors[$"in/{name}"].Floats).ToArray());
        using var norm = _device.Accelerator.Allocate1D<float>(1);
        using var scale = _device.Accelerator.Allocate1D<float>(1);
        var kind = fixture.Args.GetProperty("norm_type");
        _device.Library.Reduction.GlobalNorm(g.View, norm.View, kind.ValueKind == JsonValueKind.String ? Norm.Infinity : kind.GetDouble() switch
        {
            1 => Norm.L1,
            2 => Norm.L2,
            var other => throw new NotSupportedException($"There is no norm {other}."),
        });
        _device.Library.Optimizers.ClipCoefficient(norm.View, (float)fixture.Number("max_norm", double.NaN), scale.View);
        _device.Library.Elementwise.Binary(BinaryOperation.Multiply, g.View, scale.View, g.View, bPeriod: 1);
        _device.Accelerator.Synchronize();
        Close.Assert(norm.GetAsArray1D(), tensors["out/total_norm"].Floats, Absolute, Relative, "total norm");
        Close.Assert(
            g.GetAsArray1D(), names.SelectMany(name => tensors[$"out/{name}"].Floats).ToArray(), Absolute, Relative, "gradients");
    }

    private void Step(
        FixtureCase fixture, int step, ArrayView<float> p, ArrayView<float> g,
        ArrayView<float> first, ArrayView<float> second, ArrayView<float> third)
    {
        double Number(string name) => fixture.Json.GetProperty("all_args_with_defaults").GetProperty(name).GetDouble();
        bool Flag(string name) => fixture.Json.GetProperty("all_args_with_defaults").GetProperty(name).GetBoolean();
        double Beta(int i) => fixture.Json.GetProperty("all_args_with_defaults").GetProperty("betas")[i].GetDouble();
        var rate = Number("lr");
        var decay = Number("weight_decay");
        switch (fixture.Module)
        {
            case "torch.optim.SGD":
                var sgd = new SgdOptions
                {
                    LearningRate = rate,
                    WeightDecay = decay,
                    Momentum = Number("momentum"),
                    Dampening = Number("dampening"),
                    Nesterov = Flag("nesterov"),
                };
                _device.Library.Optimizers.Sgd(sgd, step, p, g, first);
                break;
            case "torch.optim.RMSprop":
                var rms = new RmsPropOptions
                {
                    LearningRate = rate,
                    WeightDecay = decay,
                    Alpha = Number("alpha"),
                    Epsilon = Number("eps"),
                    Momentum = Number("momentum"),
                    Centered = Flag("centered"),
                };
                _device.Library.Optimizers.RmsProp(rms, p, g, first, second, third);
                break;
            case "torch.optim.Adam" or "torch.optim.AdamW":
                var adam = new AdamOptions
                {
                    LearningRate = rate,
                    WeightDecay = decay,
                    Beta1 = Beta(0),
                    Beta2 = Beta(1),
                    Epsilon = Number("eps"),
                    Amsgrad = Flag("amsgrad"),
                    Decoupled = fixture.Module.EndsWith('W'),
                };
                _device.Library.Optimizers.Adam(adam, step, p, g, first, second, third);
                break;
            case "torch.optim.Adagrad":
                var adagrad = new AdagradOptions
                {
                    LearningRate = rate,
                    WeightDecay = decay,
                    LearningRateDecay = Number("lr_decay"),
                    Epsilon = Number("eps"),
                };
                _device.Library.Optimizers.Adagrad(adagrad, step, p, g, first);
                break;
            default:
                throw new NotSupportedException($"There is no optimizer {fixture.Module}.");
        }
    }

    // The values of a recorded tensor at one step.
    private static float[] At(FixtureTensor tensor, int step)
    {
        var length = tensor.Count / tensor.Shape[0];
        return tensor.Floats[(step * length)..((step + 1) * length)];
    }
}
