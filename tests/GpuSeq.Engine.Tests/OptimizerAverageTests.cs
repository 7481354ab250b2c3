namespace GpuSeq.Engine.Tests;

/// <summary>Moving averages of weights.</summary>
public sealed class OptimizerAverageTests
{
    private Device _device = null!;
    private ParameterSet _parameters = null!;
    private Parameter _weight = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Open();
        _parameters = new(_device);
        _weight = _parameters.Add("weight", [2], Initializer.Ones);
    }

    [TearDown]
    public void Close()
    {
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Average_KeepsItsDecay([Values] bool isWarmedUp)
    {
        using var average = new WeightAverage(_parameters, decay: 0.15) { IsWarmedUp = isWarmedUp };
        float[] expected = [1f, 1f];
        for (var n = 0; n < 4; n++)
        {
            _weight.Assign([n, 10f * n]);
            average.Update();
            var decay = isWarmedUp ? MathF.Min(0.15f, (1f + n) / (10f + n)) : 0.15f; // 0.1, then 0.15 as 2/11 is more
            expected = [decay * expected[0] + (1 - decay) * n, decay * expected[1] + (1 - decay) * 10f * n];
        }
        Assert.That(average.State.Single().Tensor.ToArray(), Is.EqualTo(expected).Within(1e-6));
        Assert.That(average.Updates, Is.EqualTo(4));
    }

    [Test]
    public void Apply_PutsTheAverageInPlaceAndTheParametersBack()
    {
        using var average = new WeightAverage(_parameters, decay: 0.5) { IsWarmedUp = false };
        _weight.Assign([3f, 5f]);
        average.Update();
        var application = average.Apply();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_weight.ToArray(), Is.EqualTo(new[] { 2f, 3f }));
            Assert.That(average.Update, Throws.InvalidOperationException);
            Assert.That(average.Apply, Throws.InvalidOperationException);
        }
        application.Dispose();
        application.Dispose();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_weight.ToArray(), Is.EqualTo(new[] { 3f, 5f }));
            Assert.That(average.State.Single().Tensor.ToArray(), Is.EqualTo(new[] { 2f, 3f }));
        }
    }

    [TestCase(1.0)]
    [TestCase(-0.1)]
    [TestCase(double.NaN)]
    public void ADecayThatIsNoShare_IsRefused(double decay) =>
        Assert.That(() => new WeightAverage(_parameters, decay), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
