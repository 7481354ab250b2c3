namespace GpuSeq.Engine.Tests;

/// <summary>Validation as research code calls it.</summary>
public sealed class KernelValidationTests
{
    private Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Validate_ReportsKernelsOneByOne()
    {
        var seen = new List<CaseProgress>();
        var first = _device.Validate(new() { Filter = "softmax", Quick = true }, seen.Add).First();
        Assert.Multiple(() =>
        {
            Assert.That(first, Has.Property("Kernel").EqualTo("softmax").And.Property("Passed").True);
            Assert.That(first.Worst, Is.GreaterThan(0).And.LessThanOrEqualTo(1));
            Assert.That(seen, Has.Count.EqualTo(first.Cases), "the kernels behind it have not run");
            Assert.That(seen[0], Is.EqualTo(new CaseProgress("softmax", "0x5", 0, seen[0].Total)));
            Assert.That(seen[0].Total, Is.GreaterThan(first.Cases));
        });
    }

    [Test]
    public void Filter_TakesKernelsOrCases()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Kernels("LAYER-norm"), Is.EqualTo(new[] { "layer-norm", "layer-norm-backward" }));
            Assert.That(Kernels("layer-norm 5x256 mean"), Is.EqualTo(new[] { "layer-norm" }));
            Assert.That(() => Kernels("layer-norms"), Throws.TypeOf<KernelNameException>().With.Message.Contain("layer-norm"));
        });
        string[] Kernels(string filter) =>
            [.. _device.Validate(new() { Filter = filter, Quick = true }).Select(report => report.Kernel)];
    }

    [Test]
    public void GroupShape_RunsTheKernelsOfGpus()
    {
        var report = _device.Validate(new() { Filter = "gemm 12x32x16", GroupShape = true }).Single();
        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Cases, Is.EqualTo(2));
    }
}
