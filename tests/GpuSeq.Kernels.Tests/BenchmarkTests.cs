using GpuSeq.Kernels.Measurement;
using GpuSeq.Kernels.Validation;

namespace GpuSeq.Kernels.Tests;

/// <summary>The cases that are timed, and who times them.</summary>
[NonParallelizable]
public sealed class BenchmarkTests
{
    private static readonly MachineLimits Limits = new(1e11, 2e11, 3e10, MemoryPattern.Copy, 1e-6);

    private CpuKernels _device = null!;

    [SetUp]
    public void Open() => _device = new();

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Benchmarks_HaveNamesOfTheirOwnAndKernelsThatAreChecked()
    {
        var names = KernelCases.Benchmarks.Select(kernelCase => kernelCase.ToString()).ToArray();
        var kernels = KernelCases.Benchmarks.Select(kernelCase => kernelCase.Kernel).Distinct().ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(names, Is.Unique.And.Contains("gemm 1024x1024x1024"));
            Assert.That(kernels, Is.SubsetOf(KernelCases.Quick.Select(kernelCase => kernelCase.Kernel).Distinct()));
            Assert.That(KernelCases.All.Select(kernelCase => kernelCase.Kernel).Except(kernels), Is.EquivalentTo(new[] { "clip" }));
        });
    }

    [Test]
    public void Run_TimesWhatIsRight()
    {
        var timing = new BenchmarkRunner(_device.Library, Limits).Run(new GemmCase(new(64, 48, 32)));
        Assert.Multiple(() =>
        {
            Assert.That(timing.Failure, Is.Null);
            Assert.That(timing.Case, Is.EqualTo("64x48x32"));
            Assert.That(timing.Seconds, Is.GreaterThan(0).And.LessThan(0.1));
            Assert.That(timing.Flops, Is.EqualTo(2.0 * 64 * 48 * 32));
        });
    }

    [Test]
    public void Run_RefusesAKernelThatFailsACase()
    {
        var launches = 0;
        var timed = new FillCase("timed", () => launches++);
        var wrong = new FillCase("wrong", () => { }) { Value = 2f };
        var timing = new BenchmarkRunner(_device.Library, Limits, [wrong]).Run(timed);
        Assert.Multiple(() =>
        {
            Assert.That(timing.Failure, Does.StartWith("wrong: y[0] is 2"));
            Assert.That(timing.Seconds, Is.Zero);
            Assert.That(launches, Is.Zero);
        });
    }

    [Test]
    public void Run_RefusesACaseThatIsWrongItself()
    {
        var timing = new BenchmarkRunner(_device.Library, Limits, [new FillCase("right", () => { })])
            .Run(new FillCase("timed", () => { }) { Value = 2f });
        Assert.That(timing.Failure, Does.StartWith("timed: y[0] is 2"));
    }

    [Test]
    public void Limits_AreThoseOfARealMachine()
    {
        var limits = MachineLimits.Measure(_device.Library);
        Assert.Multiple(() =>
        {
            Assert.That(limits.FlopsOne, Is.InRange(1e8, 1e12));
            Assert.That(limits.FlopsAll, Is.GreaterThan(0.7 * limits.FlopsOne));
            Assert.That(limits.Bandwidth, Is.InRange(1e8, 1e13));
            Assert.That(limits.LaunchSeconds, Is.InRange(1e-8, 1e-3));
        });
    }

    [Test]
    public void Limits_TellMemoryFromOperations()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Limits.IsMemoryBound(flops: 2e11, bytes: 6e10), Is.True);
            Assert.That(Limits.LeastSeconds(flops: 2e11, bytes: 6e10), Is.EqualTo(2));
            Assert.That(Limits.IsMemoryBound(flops: 2e11, bytes: 2e10), Is.False);
            Assert.That(Limits.LeastSeconds(flops: 2e11, bytes: 2e10), Is.EqualTo(1));
            Assert.That(
                Limits.Best(new(2e11, 1e11, 4e10, MemoryPattern.Read, 2e-6)),
                Is.EqualTo(new MachineLimits(2e11, 2e11, 4e10, MemoryPattern.Read, 1e-6)));
        });
    }

    /// <summary>Ones, which a launch may get wrong.</summary>
    private sealed class FillCase : KernelCase
    {
        private readonly Action _onLaunch;

        public FillCase(string name, Action onLaunch)
            : base("fill", name)
        {
            _onLaunch = onLaunch;
            Output("y", 16);
        }

        public float Value { get; init; } = 1f;

        public override void Launch(KernelLibrary kernels, CaseViews views)
        {
            _onLaunch();
            kernels.Elementwise.Fill(views["y"], Value);
        }

        public override void Define<T>(CaseArrays<T> arrays) => Array.Fill(arrays["y"], T.One);
    }
}
