namespace GpuSeq.Engine.Tests;

/// <summary>Weights in fewer bits, for inference.</summary>
[TestFixture(ElementType.BFloat16, 0.004)]
[TestFixture(ElementType.Int8, 0.01)]
public sealed class OptimizerNarrowTests(ElementType type, double tolerance)
{
    private Device _device = null!;
    private ParameterSet _parameters = null!;
    private Parameter _weight = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Open();
        _parameters = new(_device, seed: 2);
        _weight = _parameters.Add("weight", [37, 24], Initializer.Uniform(1f));
        _parameters.Add("bias", [37], Initializer.Uniform(1f));
        _parameters.Add("other", [4, 24], Initializer.Uniform(1f));
    }

    [TearDown]
    public void Close()
    {
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Operations_GiveNearlyTheSame([Values(1, 3, 40)] int rows)
    {
        var before = Run(rows);
        _parameters.Narrow(type);
        var after = Run(rows);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_weight.ElementType, Is.EqualTo(type));
            Assert.That(_parameters.Find("bias")!.ElementType, Is.EqualTo(ElementType.Float32));
            Assert.That(after.Linear, Is.Not.EqualTo(before.Linear).And.EqualTo(before.Linear).Within(24 * tolerance));
            Assert.That(after.Part, Is.EqualTo(before.Part).Within(24 * tolerance));
            Assert.That(after.Product, Is.EqualTo(before.Product).Within(37 * tolerance));
            Assert.That(after.LookUp, Is.EqualTo(before.LookUp).Within(tolerance));
        }
    }

    [Test]
    public void Memory_IsLess()
    {
        var large = _parameters.Add("large", [512, 256], Initializer.Ones);
        _ = (large.ToArray(), large.Gradient!.ToArray());
        var before = _device.Pool.BytesInUse;
        _ = Run(1);
        _parameters.Narrow(type);
        Assert.That(_device.Pool.BytesInUse, Is.LessThan(before / 2 * (type == ElementType.Int8 ? 0.3 : 0.55)), "the gradients are gone too");
    }

    [Test]
    public void OnlyWhatIsAskedFor_IsNarrowed()
    {
        _parameters.Narrow(type, parameter => parameter != _weight);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_weight.ElementType, Is.EqualTo(ElementType.Float32));
            Assert.That(_parameters.Find("other")!.ElementType, Is.EqualTo(type));
            Assert.That(_weight.ToArray(), Has.Length.EqualTo(37 * 24));
            Assert.That(() => _parameters.Find("other")!.ToArray(), Throws.InvalidOperationException.With.Message.Contains($"{type}"));
        }
    }

    [Test]
    public void Training_IsRefused()
    {
        using var adam = new Adam(_parameters);
        adam.Step();
        _parameters.Narrow(type);
        using var graph = _device.BeginGraph();
        var x = graph.Input(new float[24], [1, 24], requiresGradient: true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_weight.RequiresGradient, Is.False);
            Assert.That(() => _weight.IsFrozen = false, Throws.InvalidOperationException);
            Assert.That(() => _parameters.Narrow(type), Throws.InvalidOperationException);
            Assert.That(() => x.Linear(_weight), Throws.InvalidOperationException.With.Message.Contains("for inference"));
            Assert.That(() => _parameters.Narrow(ElementType.Float16), Throws.ArgumentException);
        }
    }

    private (float[] Linear, float[] Part, float[] Product, float[] LookUp) Run(int rows)
    {
        using var graph = _device.BeginGraph(isTraining: false);
        var x = graph.Input([.. Enumerable.Range(0, rows * 24).Select(i => MathF.Sin(i))], [rows, 24]);
        var wide = graph.Input([.. Enumerable.Range(0, rows * 37).Select(i => MathF.Cos(i))], [rows, 37]);
        var ids = graph.Input([36, 0, 7], [3]);
        var bias = _parameters.Find("bias");
        return (
            x.Linear(_weight, bias, Kernels.Activation.Tanh).ToArray(), x.Linear(_weight, bias, 5..9).ToArray(),
            wide.MatMul(_weight).ToArray(), ids.Embedding(_weight).ToArray());
    }
}
