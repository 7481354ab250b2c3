using System.Text;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuSeq.EmbeddedRuntime.Tests.Cuda;

/// <summary>CUDA C is compiled without a GPU.</summary>
public class NvrtcTests
{
    private static readonly int[] Known = [50, 80, 86, 90];

    [TestCase(80, "sm_80")]
    [TestCase(90, "sm_90")]
    [TestCase(87, "compute_86")]
    [TestCase(120, "compute_90")]
    public void Targets_are_the_device_itself_or_the_newest_before_it(int architecture, string target) =>
        Assert.That(Nvrtc.Target(architecture, Known), Is.EqualTo(target));

    [Test]
    public void Devices_that_are_too_old_are_refused() => Assert.That(
        () => Nvrtc.Target(35, Known), Throws.TypeOf<CudaException>().With.Message.Contains("sm_50").And.Message.Contains("sm_35"));

    [Test]
    public void Without_a_compiler_the_reason_is_said()
    {
        if (Nvrtc.Unavailable is not { } reason)
        {
            Assert.That(Nvrtc.Version.Major, Is.GreaterThanOrEqualTo(11));
            return;
        }
        Assert.That(reason, Does.Contain("nvrtc"));
        Assert.That(() => Nvrtc.Compile("", "empty", 80), Throws.TypeOf<NotSupportedException>().With.Message.Contains(reason));
    }

    [Test]
    public void Machine_code_is_made_for_devices_that_the_compiler_knows([Values(80, 90)] int architecture)
    {
        RequireCompiler();
        foreach (var kernel in new[] { CudaSources.Axpy, CudaSources.Reverse, CudaSources.Stray, CudaSources.Sizes })
        {
            var binary = Nvrtc.Compile(kernel.Source, kernel.EntryPoint, architecture);
            Assert.That(binary.Target, Is.EqualTo($"sm_{architecture}"));
            Assert.That(binary.Image.AsSpan(0, 4).SequenceEqual("\u007fELF"u8));
            Assert.That(Encoding.Latin1.GetString(binary.Image), Does.Contain($".text.{kernel.EntryPoint}"));
        }
    }

    [Test]
    public void Intermediate_code_is_made_for_devices_that_are_newer()
    {
        RequireCompiler();
        var newest = Nvrtc.Architectures.Max();
        var binary = Nvrtc.Compile(CudaSources.Axpy.Source, "axpy", newest + 1);
        Assert.That(binary.Target, Is.EqualTo($"compute_{newest}"));
        var text = Encoding.UTF8.GetString(binary.Image);
        Assert.That(text, Does.Contain($".target sm_{newest}").And.Contain(".entry axpy("));
        Assert.That(text, Does.Contain("fma.rn.f32").And.EndsWith("\0"));
    }

    [Test]
    public void Errors_come_with_their_lines()
    {
        RequireCompiler();
        var failure = Assert.Throws<CudaException>(
            () => Nvrtc.Compile("extern \"C\" __global__ void broken(float* x)\n{\n    x[0] = missing;\n}\n", "broken", 80));
        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.Contain("broken(3): error").And.Contain("\"missing\" is undefined").And.Contain("sm_80"));
            Assert.That(failure.Error, Is.EqualTo("NVRTC_ERROR_COMPILATION"));
            Assert.That(failure.AcceleratorType, Is.EqualTo(AcceleratorType.Cuda));
        });
        Assert.That(() => Nvrtc.Compile(CudaSources.Axpy.Source, "axpy", 80), Throws.Nothing);
    }

    private static void RequireCompiler()
    {
        if (Nvrtc.Unavailable is { } reason)
            Assert.Ignore($"CUDA C cannot be compiled here: {reason}.");
    }
}
