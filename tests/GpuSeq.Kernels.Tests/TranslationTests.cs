using System.Collections.Concurrent;
using System.Text;
using GpuSeq.EmbeddedRuntime.IL;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.Devices;
using ILGPU.Runtime.OpenCL;

namespace GpuSeq.Kernels.Tests;

/// <summary>Every kernel that is not for CPUs only is translated, and the compilers of devices take it.</summary>
public class TranslationTests
{
    private static readonly LoadedKernel[] Kernels =
    [
        .. KernelRules.FindKernels(typeof(KernelLibrary).Assembly)
            .Where(kernel => KernelRules.Check(kernel.Method, kernel.IsExplicit).All(violation => violation.Rule != KernelRule.Intrinsic)),
    ];

    [Test]
    public void Translations_do_not_depend_on_the_run([Values] Dialect dialect)
    {
        TestContext.Out.WriteLine($"{Kernels.Length} kernels");
        ForEach(kernel =>
        {
            var (first, second) = (Translate(kernel, dialect), Translate(kernel, dialect));
            Assert.That(first.Source, Does.Contain(first.EntryPoint).And.EqualTo(second.Source));
        });
    }

    [Test]
    [NonParallelizable]
    [Category("OpenCL")]
    [Category("Slow")]
    public void Kernels_compile_for_OpenCL()
    {
        CLDevice.Discover(out var reason);
        if (reason is not null)
            Assert.Ignore($"No OpenCL device: {reason}.");
        using var context = Context.Create(builder => builder.OpenCL());
        using var accelerator = context.CreateCLAccelerator(0);
        BinaryCache.IsEnabled = false; // PoCL compiles a second time to give its binary
        try
        {
            ForEach(kernel => accelerator.Load(kernel.Method, kernel.IsExplicit, 0));
        }
        finally
        {
            BinaryCache.IsEnabled = true;
        }
    }

    [Test]
    [Category("Cuda")]
    public void Kernels_compile_for_CUDA([Values(80, 90)] int architecture)
    {
        if (Nvrtc.Unavailable is { } reason)
            Assert.Ignore($"CUDA C cannot be compiled here: {reason}.");
        ForEach(kernel =>
        {
            var binary = Nvrtc.Compile(Translate(kernel, Dialect.Cuda).Source, $"{kernel}", architecture);
            Assert.That(binary.Target, Is.EqualTo($"sm_{architecture}"));
        });
    }

    [TestCase("GemmTiled.Multiply")]
    [TestCase("AttentionGroups.Tiles")]
    [TestCase("ConvolutionGroups.Forward")]
    [Category("Cuda")]
    public void Local_arrays_are_in_registers(string name)
    {
        if (Nvrtc.Unavailable is { } reason)
            Assert.Ignore($"CUDA C cannot be compiled here: {reason}.");
        var source = Translate(Kernels.Single(kernel => $"{kernel}" == name), Dialect.Cuda).Source;
        var code = Nvrtc.Compile(source, name, Nvrtc.Architectures.Max() + 1); // beyond all that are known: intermediate code
        Assert.That(Encoding.UTF8.GetString(code.Image), Does.Contain("fma.rn.f32").And.Not.Contain(".local"));
    }

    private static TranslatedKernel Translate(LoadedKernel kernel, Dialect dialect) =>
        KernelTranslator.Translate(kernel.Method, kernel.IsExplicit, new(dialect, WarpSize: 32));

    private static void ForEach(Action<LoadedKernel> action)
    {
        var failures = new ConcurrentQueue<string>();
        Parallel.ForEach(Kernels, kernel =>
        {
            try
            {
                action(kernel);
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception.Message);
            }
        });
        Assert.That(failures, Is.Empty, string.Join(Environment.NewLine, failures));
    }
}
