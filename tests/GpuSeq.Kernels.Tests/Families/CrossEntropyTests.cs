using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>What the cross-entropy says of wrong calls.</summary>
public sealed class CrossEntropyTests
{
    private static readonly CrossEntropyShape Shape = new(2, 3);

    [Test]
    public void ATargetThatIsNoClass_SurfacesOnCpus([Values(-1, 3)] int wrong)
    {
        ComputeRuntime.SkipWhereFailuresEndTheProcess();
        using var device = new CpuKernels();
        var message = $"target {wrong} of row 1";
        Forward(device, [0, wrong], out _);
        Assert.That(device.Accelerator.Synchronize, Throws.InstanceOf<AcceleratorException>().With.Message.Contains(message));
        Backward(device, [0, wrong], out _);
        Assert.That(device.Accelerator.Synchronize, Throws.InstanceOf<AcceleratorException>().With.Message.Contains(message));
    }

    [Test]
    public void ATargetThatIsNoClass_GivesNaNInGroups([Values(-1, 3)] int wrong)
    {
        using var device = new CpuKernels(KernelShape.Group);
        Forward(device, [0, wrong], out var losses);
        Backward(device, [0, wrong], out var gradient);
        Assert.Multiple(() =>
        {
            Assert.That(losses.GetAsArray(), Is.EqualTo([MathF.Log(3), float.NaN]).Within(1e-6f));
            Assert.That(gradient.GetAsArray()[..3], Has.None.NaN);
            Assert.That(gradient.GetAsArray()[3..], Has.All.NaN);
        });
    }

    [Test]
    public void SizesThatDoNotFit_AreNamed()
    {
        using var device = new CpuKernels();
        Assert.That(
            () => Forward(device, [0, 1, 2], out _),
            Throws.ArgumentException.With.Message.Contains("2x3: targets has 3 elements and needs 2"));
        var (losses, loss) = (device.Floats(2), device.Floats(1));
        Assert.That(
            () => device.Library.CrossEntropy.Reduce(
                Shape with { Reduction = LossReduction.None }, device.Ints([0, 1]), default, losses, loss, loss),
            Throws.ArgumentException.With.Message.Contains("nothing to reduce"));
    }

    private static void Forward(CpuKernels device, int[] targets, out ArrayView<float> losses)
    {
        losses = device.Floats(2);
        device.Library.CrossEntropy.Forward(Shape, device.Floats(6), device.Ints(targets), default, losses, device.Floats(4));
    }

    private static void Backward(CpuKernels device, int[] targets, out ArrayView<float> gradient)
    {
        gradient = device.Floats(6);
        var (logits, normalizers) = (device.Floats(6), device.Floats(4));
        device.Library.CrossEntropy.Backward(
            Shape, logits, device.Ints(targets), default, normalizers, device.Floats(1, 1f), device.Floats(1, 2f), gradient, false);
    }
}

/// <summary>The cross-entropy and its gradient against reference cases.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
[Category(Fixtures.Category)]
public sealed class CrossEntropyFixtureTests(KernelShape shape)
{
    private static IEnumerable<FixtureCase> Cases => BasicCases.Of("cross_entropy");

    [TestCaseSource(nameof(Cases))]
    public void CrossEntropy_IsTheReference(FixtureCase fixture)
    {
        using var device = new CpuKernels(shape);
        var kernels = device.Library.CrossEntropy;
        var tensor = fixture.Tensors["in/logits"]; // [N, C] or [N, C, ...]
        var classes = tensor.Shape[1];
        var rows = tensor.Count / classes;
        var options = new CrossEntropyShape(rows, classes)
        {
            IgnoredIndex = fixture.Int("ignore_index", -100),
            LabelSmoothing = (float)fixture.Number("label_smoothing", 0),
            Reduction = BasicCases.Reduction(fixture),
        };
        var logits = device.Floats(BasicCases.AxisLast(tensor.Floats, tensor.Shape, 1));
        var targets = device.Ints(fixture.Tensors["in/labels"].Ints);
        var weights = device.Floats(BasicCases.Optional(fixture, "weight"));
        var (losses, normalizers) = (device.Floats(rows), device.Floats(2 * rows));
        var (loss, total) = (device.Floats(1), device.Floats(1));
        kernels.Forward(options, logits, targets, weights, losses, normalizers);
        var isReduced = options.Reduction != LossReduction.None;
        if (isReduced)
            kernels.Reduce(options, targets, weights, losses, loss, total);
        BasicCases.AssertOutput(fixture, (isReduced ? loss : losses).GetAsArray());

        var dLogits = device.Floats(tensor.Count, float.NaN);
        var dLoss = device.Floats(fixture.Tensors["lossw/y"].Floats);
        kernels.Backward(options, logits, targets, weights, normalizers, dLoss, total, dLogits, accumulate: false);
        BasicCases.AssertGradient(fixture, BasicCases.AxisLast(dLogits.GetAsArray(), tensor.Shape, 1, back: true), "in/logits");
    }
}
