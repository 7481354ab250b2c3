using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>Losses of single predictions and their gradients against reference cases.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
public sealed class LossTests(KernelShape shape)
{
    private static IEnumerable<FixtureCase> SquaredErrors => BasicCases.Of("mse_loss");

    private static IEnumerable<FixtureCase> BinaryCrossEntropies => BasicCases.Of("binary_cross_entropy_with_logits");

    [Category(Fixtures.Category)]
    [TestCaseSource(nameof(SquaredErrors))]
    public void SquaredError_IsTheReference(FixtureCase fixture)
    {
        Compare(LossFunction.SquaredError, fixture, "x", "target");
        CompareGradient(LossFunction.SquaredError, fixture, "target", "x"); // the targets' gradient, as their predictions'
    }

    [Category(Fixtures.Category)]
    [TestCaseSource(nameof(BinaryCrossEntropies))]
    public void BinaryCrossEntropy_IsTheReference(FixtureCase fixture) =>
        Compare(LossFunction.BinaryCrossEntropy, fixture, "logits", "targets");

    [Test]
    public void SizesThatDoNotFit_AreNamed()
    {
        using var device = new CpuKernels(shape);
        var (x, y) = (device.Floats(3), device.Floats(2));
        Assert.That(
            () => device.Library.Losses.Forward(LossFunction.SquaredError, LossReduction.None, x, x, y),
            Throws.ArgumentException.With.Message.Contains("y has 2 elements, but should be [3]"));
    }

    private void Compare(LossFunction function, FixtureCase fixture, string predictions, string targets)
    {
        using var device = new CpuKernels(shape);
        var reduction = BasicCases.Reduction(fixture);
        var x = device.Floats(fixture.Tensors[$"in/{predictions}"].Floats);
        var y = device.Floats(reduction == LossReduction.None ? (int)x.Length : 1);
        device.Library.Losses.Forward(
            function, reduction, x, device.Floats(fixture.Tensors[$"in/{targets}"].Floats), y,
            device.Floats(Repeated(fixture, "weight", x.Length)), device.Floats(Repeated(fixture, "pos_weight", x.Length)));
        BasicCases.AssertOutput(fixture, y.GetAsArray());
        CompareGradient(function, fixture, predictions, targets);
    }

    private void CompareGradient(LossFunction function, FixtureCase fixture, string predictions, string targets)
    {
        using var device = new CpuKernels(shape);
        var x = device.Floats(fixture.Tensors[$"in/{predictions}"].Floats);
        var dx = device.Floats((int)x.Length, float.NaN);
        device.Library.Losses.Backward(
            function, BasicCases.Reduction(fixture), x, device.Floats(fixture.Tensors[$"in/{targets}"].Floats),
            device.Floats(fixture.Tensors["lossw/y"].Floats), dx, accumulate: false,
            device.Floats(Repeated(fixture, "weight", x.Length)), device.Floats(Repeated(fixture, "pos_weight", x.Length)));
        BasicCases.AssertGradient(fixture, dx.GetAsArray(), $"in/{predictions}");
    }

    // Weights broadcast over the leading axes.
    private static float[] Repeated(FixtureCase fixture, string argument, long length)
    {
        var values = BasicCases.Optional(fixture, argument);
        return values.Length == 0 ? values : [.. Enumerable.Range(0, (int)length).Select(i => values[i % values.Length])];
    }
}
