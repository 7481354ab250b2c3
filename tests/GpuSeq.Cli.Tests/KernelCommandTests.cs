using System.Text.Json;
using GpuSeq.Kernels.Validation;

namespace GpuSeq.Cli.Tests;

/// <summary><c>gpuseq validate</c> and <c>gpuseq bench</c>.</summary>
[NonParallelizable]
public sealed class KernelCommandTests
{
    [Test]
    public void Validate_ShowsARowForEachKernelAndASummary()
    {
        var cases = KernelCases.Quick.Count(kernelCase => kernelCase.Kernel is "log-softmax" or "log-softmax-backward");
        var (exit, output, error) = CommandTests.Run("validate", "--quick", "--filter", "log-softmax");
        var lines = output.TrimEnd().Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(lines, Has.Length.EqualTo(4));
            Assert.That(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3], Is.EqualTo(new[] { "KERNEL", "CASES", "WORST" }));
            Assert.That(lines[1], Does.StartWith("log-softmax ").And.Contain("passed"));
            Assert.That(lines[2], Does.StartWith("log-softmax-backward ").And.Contain("passed"));
            Assert.That(lines[3], Does.StartWith($"2 kernels, {cases} cases, all passed"));
            Assert.That(error, Does.Contain("log-softmax-backward"), "progress");
        });
    }

    [TestCase("row", 264)]
    [TestCase("group", 218)]
    public void Validate_WritesWhatProgramsRelyOn(string shape, int cases)
    {
        if (shape == "group" && ComputeRuntime.IsIlgpu)
            Assert.Ignore("ILGPU's CPUs take minutes for so many groups");
        var file = Path.GetTempFileName();
        try
        {
            var (exit, _, error) = CommandTests.Run("validate", "--filter", "gemm ", "--shape", shape, "--json", file);
            Assert.That(exit, Is.Zero, error);
            var json = JsonDocument.Parse(File.ReadAllText(file)).RootElement;
            Assert.That(json.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "device", "passed", "results" }));
            var result = json.GetProperty("results").EnumerateArray().Single();
            Assert.Multiple(() =>
            {
                Assert.That(json.GetProperty("device").GetString(), Is.EqualTo("cpu"));
                Assert.That(json.GetProperty("passed").GetBoolean(), Is.True);
                Assert.That(
                    result.EnumerateObject().Select(property => property.Name),
                    Is.EqualTo(new[] { "kernel", "cases", "failed", "worst", "seconds" }));
                Assert.That(result.GetProperty("kernel").GetString(), Is.EqualTo("gemm"));
                Assert.That(result.GetProperty("cases").GetInt32(), Is.AtLeast(cases / 2));
                Assert.That(result.GetProperty("failed").GetInt32(), Is.Zero);
                Assert.That(result.GetProperty("worst").GetDouble(), Is.GreaterThan(0).And.LessThanOrEqualTo(1));
                Assert.That(result.GetProperty("seconds").GetDouble(), Is.Positive);
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void Bench_WritesWhatProgramsRelyOn()
    {
        var (exit, output, error) = CommandTests.Run("bench", "--filter", "gemm 256x256x256", "--json", "-");
        Assert.That(exit, Is.Zero, error);
        var json = JsonDocument.Parse(output).RootElement;
        var machine = json.GetProperty("machine");
        var result = json.GetProperty("results").EnumerateArray().Single();
        Assert.Multiple(() =>
        {
            Assert.That(machine.GetProperty("processor").GetString(), Is.Not.Empty);
            Assert.That(machine.GetProperty("cores").GetInt32(), Is.EqualTo(Environment.ProcessorCount));
            foreach (var name in new[] { "fma_gflops_one", "fma_gflops_all", "bandwidth_gbs", "launch_us" })
                Assert.That(machine.GetProperty(name).GetDouble(), Is.Positive, name);
            Assert.That(
                result.EnumerateObject().Select(property => property.Name),
                Is.EqualTo(new[] { "kernel", "case", "device", "ms", "gflops", "gbs", "share" }));
            Assert.That(result.GetProperty("kernel").GetString(), Is.EqualTo("gemm"));
            Assert.That(result.GetProperty("case").GetString(), Is.EqualTo("256x256x256"));
            Assert.That(result.GetProperty("device").GetString(), Is.EqualTo("cpu"));
            var (ms, gflops) = (result.GetProperty("ms").GetDouble(), result.GetProperty("gflops").GetDouble());
            Assert.That(gflops, Is.EqualTo(2 * Math.Pow(256, 3) / ms / 1e6).Within(1).Percent);
            Assert.That(
                result.GetProperty("share").GetDouble(),
                Is.EqualTo(gflops / machine.GetProperty("fma_gflops_all").GetDouble()).Within(1).Percent);
            Assert.That(error, Does.Contain("GFLOP/s on one").And.Contain("1/1 gemm"));
        });
    }

    [TestCase("validate", "gemmm", "There is: gemm")]
    [TestCase("validate", "sofmax", "softmax")]
    [TestCase("bench", "lsmt", "lstm")]
    [TestCase("bench", "no such thing at all", "'no such thing at all'")]
    [TestCase("bench", "clip 1", "benchmark")]
    public void AnUnknownName_EndsWithTwoAndNamesItsLike(string command, string filter, string expected)
    {
        var (exit, output, error) = CommandTests.Run(command, "--filter", filter);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(output, Is.Empty);
            Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), error);
            Assert.That(error, Does.StartWith("gpuseq: No kernel or ").And.Contain(expected));
        });
    }
}
