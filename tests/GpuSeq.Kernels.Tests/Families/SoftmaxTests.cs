using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>Softmax and its gradient in place, and against reference cases.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
public sealed class SoftmaxTests(KernelShape shape)
{
    private static IEnumerable<FixtureCase> Softmaxes => BasicCases.Of("softmax");

    private static IEnumerable<FixtureCase> LogSoftmaxes => BasicCases.Of("log_softmax");

    [Test]
    public void TheResult_MayTakeThePlaceOfAnOperand()
    {
        using var device = new CpuKernels(shape);
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, 3 * 37).Select(_ => random.NextSingle())];
        var (apart, inPlace) = (device.Floats(x.Length), device.Floats(x));
        device.Library.Softmax.Forward(3, 37, inPlace, apart);
        device.Library.Softmax.Forward(3, 37, inPlace, inPlace);
        Assert.That(inPlace.GetAsArray(), Is.EqualTo(apart.GetAsArray()));

        var gradient = device.Floats(x.Length);
        var dy = device.Floats(x);
        device.Library.Softmax.Backward(3, 37, apart, dy, gradient, log: false, accumulate: false);
        device.Library.Softmax.Backward(3, 37, apart, dy, dy, log: false, accumulate: false);
        Assert.That(dy.GetAsArray(), Is.EqualTo(gradient.GetAsArray()));
    }

    [Test]
    public void SizesThatDoNotFit_AreNamed()
    {
        using var device = new CpuKernels(shape);
        Assert.That(
            () => device.Library.Softmax.Forward(2, 3, device.Floats(6), device.Floats(5)),
            Throws.ArgumentException.With.Message.Contains("[2, 3]: y has 5 elements"));
    }

    [Category(Fixtures.Category)]
    [TestCaseSource(nameof(Softmaxes))]
    public void Softmax_IsTheReference(FixtureCase fixture) => Compare(fixture, log: false);

    [Category(Fixtures.Category)]
    [TestCaseSource(nameof(LogSoftmaxes))]
    public void LogSoftmax_IsTheReference(FixtureCase fixture) => Compare(fixture, log: true);

    private void Compare(FixtureCase fixture, bool log)
    {
        using var device = new CpuKernels(shape);
        var tensor = fixture.Tensors["in/x"];
        var axis = fixture.Json.GetProperty("dim").GetInt32();
        var columns = tensor.Shape[axis < 0 ? axis + tensor.Shape.Length : axis];
        var rows = tensor.Count / columns;
        var y = device.Floats(tensor.Count);
        device.Library.Softmax.Forward(rows, columns, device.Floats(BasicCases.AxisLast(tensor.Floats, tensor.Shape, axis)), y, log);
        BasicCases.AssertOutput(fixture, BasicCases.AxisLast(y.GetAsArray(), tensor.Shape, axis, back: true));

        var dx = device.Floats(tensor.Count, float.NaN);
        var dy = device.Floats(BasicCases.AxisLast(fixture.Tensors["lossw/y"].Floats, tensor.Shape, axis));
        device.Library.Softmax.Backward(rows, columns, y, dy, dx, log, accumulate: false);
        BasicCases.AssertGradient(fixture, BasicCases.AxisLast(dx.GetAsArray(), tensor.Shape, axis, back: true), "in/x");
    }
}
