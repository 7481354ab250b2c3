using System.Text.Json;
using GpuSeq.Engine;

namespace GpuSeq.Cli.Tests;

/// <summary><c>gpuseq kernels</c>, and kernels on the devices that there are.</summary>
[NonParallelizable]
public sealed class KernelsCommandTests
{
    private static bool IsEmbedded => File.Exists(Path.Combine(AppContext.BaseDirectory, "GpuSeq.EmbeddedRuntime.dll"));

    [Test]
    public void List_SaysWhatAKernelIsFor()
    {
        NeedsSources();
        var (exit, output, error) = CommandTests.Run("kernels", "list");
        var kernels = JsonDocument.Parse(CommandTests.Run("kernels", "list", "--json").Out).RootElement.EnumerateArray()
            .ToDictionary(kernel => kernel.GetProperty("name").GetString()!);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(output.TrimEnd().Split('\n'), Has.Length.EqualTo(1 + kernels.Count));
            Assert.That(kernels["SoftmaxGroups.Forward"].GetProperty("for").GetString(), Is.EqualTo("gpu"));
            Assert.That(kernels["SoftmaxGroups.Forward"].GetProperty("lanes").GetString(), Is.EqualTo("grouped"));
            Assert.That(kernels["SoftmaxRows.Forward"].GetProperty("for").GetString(), Is.EqualTo("cpu"));
            Assert.That(kernels["SoftmaxRows.Forward"].GetProperty("lanes").GetString(), Is.EqualTo("single"));
        });
    }

    [TestCase("opencl", "__kernel")]
    [TestCase("cuda", "__global__")]
    public void Show_WritesTheProgramAlsoWithoutTheDevice(string device, string word)
    {
        NeedsSources();
        var (exit, output, error) = CommandTests.Run("kernels", "show", "softmaxgroups.forward", "--device", device);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(output, Does.Contain("SoftmaxGroups").And.Contain(word));
        });
    }

    [TestCase("softmax", ExitCode.WrongCall, "SoftmaxGroups.Forward")]
    [TestCase("LayerNormGroup.Forwards", ExitCode.WrongCall, "There is: LayerNormGroups.Forward")]
    [TestCase("SoftmaxRows.Forward", ExitCode.Failure, "for CPUs only")]
    public void Show_SaysInOneLineWhyThereIsNothingToShow(string kernel, int code, string expected)
    {
        NeedsSources();
        var (exit, output, error) = CommandTests.Run("kernels", "show", kernel, "--device", "cuda");
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(code));
            Assert.That(output, Is.Empty);
            Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), error);
            Assert.That(error, Does.Contain(expected));
        });
    }

    [TestCase("list")]
    [TestCase("show", "SoftmaxGroups.Forward", "--device", "cuda")]
    public void OnIlgpu_ThereAreNoSources(params string[] call)
    {
        if (IsEmbedded)
            Assert.Ignore("This build runs on the embedded runtime.");
        var (exit, _, error) = CommandTests.Run(["kernels", .. call]);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), error);
        });
    }

    [Test]
    public void NoCache_HoldsForOneCall()
    {
        string[] call = ["validate", "--quick", "--filter", "log-softmax"];
        CommandTests.Run([.. call, "--no-cache"]);
        Assert.That(Device.CachesKernels, Is.False);
        CommandTests.Run(call);
        Assert.That(Device.CachesKernels, Is.True);
    }

    [TestCase("opencl", Category = "OpenCL")]
    [TestCase("cuda", Category = "Cuda")]
    public void Validate_RunsOnADevice(string device)
    {
        if (Device.List().FirstOrDefault(info => info.Kind == device && !info.IsAvailable) is { } missing)
            Assert.Ignore($"There is no {device} device: {missing.Reason}.");
        var (exit, output, error) = CommandTests.Run("validate", "--quick", "--filter", "log-softmax", "--device", device, "--json", "-");
        Assert.That(exit, Is.Zero, error);
        Assert.That(JsonDocument.Parse(output).RootElement.GetProperty("device").GetString(), Is.EqualTo(device));
    }

    private static void NeedsSources()
    {
        if (!IsEmbedded)
            Assert.Ignore("ILGPU's packages show no sources.");
    }
}
