using ILGPU.Runtime;

namespace GpuSeq.Engine.Tests;

/// <summary>What optimizers promise: groups, frozen parameters, steps that are skipped, nothing allocated.</summary>
public sealed class OptimizerTests
{
    private Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Decay_LeavesParametersOfOneDimensionAlone()
    {
        using var parameters = Parameters(out var weight, out var bias);
        using var sgd = new Sgd(parameters, learningRate: 0.5f) { WeightDecay = 0.1 };
        SetGradients(parameters, 0f);
        sgd.Step();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(weight.ToArray(), Is.All.EqualTo(1f - 0.5f * 0.1f));
            Assert.That(bias.ToArray(), Is.All.EqualTo(1f));
        }
        sgd.Groups = [];
        SetGradients(parameters, 0f);
        sgd.Step();
        Assert.That(bias.ToArray(), Is.All.EqualTo(1f - 0.5f * 0.1f));
    }

    [Test]
    public void Groups_HaveLearningRatesAndDecaysOfTheirOwn([Values] bool isDecoupled)
    {
        using var parameters = Parameters(out var weight, out var bias);
        var last = parameters.Find("last")!;
        using var adam = new Adam(parameters, learningRate: 0.1f)
        {
            WeightDecay = 0.5,
            IsDecoupled = isDecoupled,
            Groups =
            [
                new("head", parameter => parameter == last) { LearningRateFactor = 0.1f, WeightDecay = 0 },
                new("never asked for last", parameter => parameter == last || parameter == bias) { LearningRateFactor = 2f },
            ],
        };
        SetGradients(parameters, 1f);
        adam.Step(); // by the rate, whatever the gradient's size
        var decay = isDecoupled ? 0.1f * 0.5f : 0f;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(weight.ToArray(), Is.All.EqualTo(1f - decay - 0.1f).Within(1e-6));
            Assert.That(bias.ToArray(), Is.All.EqualTo(1f - 2 * decay - 0.2f).Within(1e-6));
            Assert.That(last.ToArray(), Is.All.EqualTo(1f - 0.01f).Within(1e-6));
        }
    }

    [Test]
    public void FrozenParameters_AreLeftOutOfEverything()
    {
        using var parameters = Parameters(out var weight, out var bias);
        using var adam = new Adam(parameters, learningRate: 0.1f) { WeightDecay = 0.5, IsDecoupled = true };
        var version = parameters.Version;
        weight.IsFrozen = true;
        Assert.That(parameters.Version, Is.GreaterThan(version));
        Train(parameters, adam);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(weight.RequiresGradient, Is.False);
            Assert.That(weight.ToArray(), Is.All.EqualTo(1f));
            Assert.That(bias.ToArray(), Is.All.LessThan(1f));
            Assert.That(adam.GradientNorm, Is.EqualTo(MathF.Sqrt(3 * 4 * 4 + 2 * 9)).Within(1e-5)); // bias and last alone
        }

        weight.IsFrozen = false;
        bias.IsFrozen = true;
        var before = bias.ToArray();
        Train(parameters, adam);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(weight.ToArray(), Is.All.LessThan(1f));
            Assert.That(bias.ToArray(), Is.EqualTo(before));
            Assert.That(State(adam).Where(state => state.Name == "exp_avg.weight").SelectMany(state => state.Values), Is.All.Not.Zero);
        }

        weight.IsFrozen = parameters.Find("last")!.IsFrozen = true;
        Assert.That(() => adam.Step(), Throws.Nothing, "everything is frozen");
    }

    [Test]
    public void Clipping_CountsOnlyWhatIsTrained()
    {
        using var parameters = Parameters(out var weight, out var bias);
        using var sgd = new Sgd(parameters, learningRate: 1f) { ClipNorm = 1f };
        SetGradients(parameters, 100f);
        bias.Gradient!.Floats.CopyFromCPU([0f, 3f, 4f]);
        weight.IsFrozen = parameters.Find("last")!.IsFrozen = true;
        sgd.Step();
        Assert.That(bias.ToArray(), Is.EqualTo(new[] { 1f, 0.4f, 0.2f }).Within(1e-5));
    }

    [Test]
    public void AStepThatIsNotFinite_IsAsIfItHadNeverBeen(
        [Values("adam", "sgd", "rmsprop", "adagrad")] string name,
        [Values(float.NaN, float.PositiveInfinity, 1e30f)] float odd, [Values(0f, 0.5f)] float clip, [Values(1, 3)] int at)
    {
        using var parameters = Parameters(out _, out var bias);
        using var skipping = Create(name, parameters);
        using var others = Parameters(out _, out _);
        using var undisturbed = Create(name, others);
        skipping.ClipValue = undisturbed.ClipValue = odd == 1e30f ? 0f : clip; // which would make it finite
        skipping.ClipNorm = undisturbed.ClipNorm = clip;
        for (var step = 1; step <= 4; step++)
        {
            if (step == at)
            {
                var (values, state) = (Values(parameters), State(skipping));
                SetGradients(parameters, 1f);
                bias.Gradient!.Floats.CopyFromCPU([0f, odd, 0f]);
                skipping.Step();
                Assert.That(Values(parameters), Is.EqualTo(values));
                Assert.That(State(skipping).SkipLast(1).Select(entry => entry.Values), Is.EqualTo(state.SkipLast(1).Select(entry => entry.Values)));
            }
            SetGradients(parameters, step);
            skipping.Step();
            SetGradients(others, step);
            undisturbed.Step();
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(skipping.SkippedSteps, Is.EqualTo(1));
            Assert.That(Values(parameters), Is.EqualTo(Values(others)));
        }
    }

    [Test]
    public void WithoutTheGuard_WhatIsNotFiniteArrives()
    {
        using var parameters = Parameters(out var weight, out _);
        using var sgd = new Sgd(parameters, learningRate: 1f) { SkipsNonFinite = false };
        SetGradients(parameters, float.NaN);
        sgd.Step();
        Assert.That(weight.ToArray(), Is.All.NaN);
    }

    [Test]
    public void TheNorm_IsMeasuredLateWhereNoStepNeedsIt()
    {
        using var parameters = Parameters(out _, out _);
        using var sgd = new Sgd(parameters, learningRate: 1f) { SkipsNonFinite = false };
        Assert.That(sgd.GradientNorm, Is.Zero);
        SetGradients(parameters, 2f);
        sgd.Step();
        Assert.That(sgd.GradientNorm, Is.EqualTo(2 * MathF.Sqrt(parameters.Count)).Within(1e-5));
        SetGradients(parameters, 3f);
        Assert.That(() => sgd.GradientNorm, Throws.InvalidOperationException.With.Message.Contains("before the next backward pass"));
    }

    [Test]
    public void AResumedOptimizer_GoesOnWithTheSameBits()
    {
        using var parameters = Parameters(out _, out var bias);
        using var adam = new Adam(parameters);
        SetGradients(parameters, float.NaN);
        adam.Step();
        SetGradients(parameters, 1f);
        adam.Step();
        using var copies = Parameters(out _, out _);
        using var resumed = new Adam(copies);
        foreach (var (from, to) in parameters.Parameters.Zip(copies.Parameters))
            to.Assign(from.ToArray());
        foreach (var ((_, from), (_, to)) in adam.State.Zip(resumed.State))
            from.Floats.CopyTo(to.Floats);
        resumed.Resume(adam.Steps);
        foreach (var (set, optimizer) in new[] { (parameters, adam), (copies, resumed) })
        {
            SetGradients(set, 0.5f);
            optimizer.Step();
        }
        Assert.That(copies.Find("bias")!.ToArray(), Is.EqualTo(bias.ToArray()));
    }

    [Test]
    public void AStep_AllocatesNothing([Values("adam", "sgd", "rmsprop", "adagrad")] string name, [Values] bool freezes)
    {
        if (ComputeRuntime.IsIlgpu)
            Assert.Ignore("ILGPU's launches allocate themselves");
        using var parameters = Parameters(out var weight, out _);
        using var optimizer = Create(name, parameters);
        optimizer.ClipNorm = 1f;
        weight.IsFrozen = freezes;
        for (var i = 0; i < 50; i++)
            optimizer.Step();
        var least = Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5; i++)
                optimizer.Step();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.That(least, Is.Zero);
    }

    // With every kind of state.
    private static Optimizer Create(string name, ParameterSet parameters) => name switch
    {
        "adam" => new Adam(parameters, amsgrad: true) { WeightDecay = 0.1 },
        "sgd" => new Sgd(parameters, 0.1f, momentum: 0.9) { Dampening = 0.5 },
        "rmsprop" => new RmsProp(parameters, momentum: 0.5, centered: true),
        _ => new Adagrad(parameters) { LearningRateDecay = 0.5 },
    };

    private ParameterSet Parameters(out Parameter weight, out Parameter bias)
    {
        var parameters = new ParameterSet(_device);
        weight = parameters.Add("weight", [3, 7], Initializer.Ones);
        bias = parameters.Add("bias", [3], Initializer.Ones);
        parameters.Add("last", [1, 2], Initializer.Ones);
        return parameters;
    }

    private static void SetGradients(ParameterSet parameters, float value)
    {
        foreach (var parameter in parameters.Parameters)
            parameter.Gradient!.Floats.CopyFromCPU([.. Enumerable.Repeat(value, (int)parameter.Shape.ElementCount)]);
    }

    // loss = 4 (x weight^T + bias) summed over x [1, 7], and 3 times the sum of last.
    private void Train(ParameterSet parameters, Optimizer optimizer)
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input([1f, 2f, 3f, 4f, 5f, 6f, 7f], [1, 7]);
        var loss = x.Linear(parameters.Find("weight")!, parameters.Find("bias")!).Sum().Scale(4f);
        var ones = graph.Input([3f], [1, 1]);
        graph.Backward(loss + ones.MatMul(parameters.Find("last")!).Sum());
        optimizer.Step();
    }

    private static float[][] Values(ParameterSet parameters) => [.. parameters.Parameters.Select(parameter => parameter.ToArray())];

    private static (string Name, float[] Values)[] State(Optimizer optimizer) =>
        [.. optimizer.State.Select(state => (state.Name, state.Tensor.ToArray()))];
}
