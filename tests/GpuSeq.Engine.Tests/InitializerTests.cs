namespace GpuSeq.Engine.Tests;

/// <summary>First values of parameters.</summary>
public sealed class InitializerTests
{
    [Test]
    public void Identity_LeavesVectorsAsTheyAre()
    {
        Assert.That(Values([2, 2], Initializer.Identity), Is.EqualTo(new float[] { 1, 0, 0, 1 }));
        Assert.That(Values([2, 3], Initializer.Identity), Is.EqualTo(new float[] { 1, 0, 0, 0, 1, 0 }));
        Assert.That(Values([3, 2], Initializer.Identity), Is.EqualTo(new float[] { 1, 0, 0, 1, 0, 0 }));
    }

    [Test]
    public void Normal_HasItsDeviation_AndARowOfZerosWhereItIsWanted()
    {
        var values = Values([64, 64], Initializer.Normal(0.5f).WithZeroRow(3));
        Assert.That(values.Skip(3 * 64).Take(64), Is.All.Zero);
        float[] others = [.. values.Where(value => value != 0f)];
        Assert.That(others, Has.Length.EqualTo(63 * 64));
        Assert.That(Math.Sqrt(others.Average(value => value * value)), Is.EqualTo(0.5).Within(0.03));
    }

    [Test]
    public void Uniform_StaysWithinItsBound()
    {
        var values = Values([64, 64], Initializer.Uniform(0.25f));
        Assert.That(values, Is.All.InRange(-0.25f, 0.25f));
        Assert.That(values.Average(value => value * value), Is.EqualTo(0.25 * 0.25 / 3).Within(2e-3));
    }

    private static float[] Values(Shape shape, Initializer initializer)
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device, seed: 1);
        return parameters.Add("weight", shape, initializer).ToArray();
    }
}
