using GpuSeq.Kernels;
using GpuSeq.Kernels.Validation;

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
            Assert.That(Kernels("LOG-softmax"), Is.EqualTo(new[] { "log-softmax", "log-softmax-backward" }));
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

    [Test]
    public void AFailure_IsOneLineThatNamesItsCase()
    {
        var report = Check(new OnesCase("right"), new OnesCase("wrong") { Value = 2f });
        Assert.Multiple(() =>
        {
            Assert.That(report.Passed, Is.False);
            Assert.That((report.Cases, report.Failed), Is.EqualTo((2, 1)));
            Assert.That(report.Worst, Is.GreaterThan(1).And.LessThanOrEqualTo(1e6), "a finite number, which JSON has");
            Assert.That(report.Failures.Single(), Does.StartWith("ones wrong: y[0] is 2, defined as 1"));
        });
    }

    [Test]
    public void AFaultThatIsNotCaught_Fails()
    {
        var report = Check(new OnesCase("blind") { Faulty = 1f });
        Assert.That(report.Failures, Is.EqualTo(new[] { "ones blind: the planted fault was not caught" }));
        Assert.That(report.Failed, Is.EqualTo(1));
    }

    [Test]
    public void AKernelWithoutPlantedFault_Fails() =>
        Assert.That(Check(new OnesCase("trusting") { Faulty = null }).Failures, Is.EqualTo(new[] { "ones: no case has a planted fault" }));

    private KernelReport Check(params KernelCase[] cases) =>
        KernelValidation.Run(_device.Kernels, [.. cases.GroupBy(one => one.Kernel)], areWhole: true, progress: null).Single();

    private sealed class OnesCase : KernelCase
    {
        public OnesCase(string name)
            : base("ones", name) => Output("y", 16);

        public float Value { get; init; } = 1f;

        public float? Faulty { get; init; } = 3f;

        public override void Launch(KernelLibrary kernels, CaseViews views) => kernels.Elementwise.Fill(views["y"], Value);

        public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
        {
            if (Faulty is { } faulty)
                kernels.Elementwise.Fill(views["y"], faulty);
            return Faulty is not null;
        }

        public override void Define<T>(CaseArrays<T> arrays) => Array.Fill(arrays["y"], T.One);
    }
}
