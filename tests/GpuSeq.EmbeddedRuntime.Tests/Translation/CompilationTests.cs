using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using GpuSeq.EmbeddedRuntime.IL;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU.Runtime.Cuda;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>NVIDIA's compiler takes what is translated, and makes of it what GPUs need to be fast.</summary>
[Category("Cuda")]
public class CompilationTests
{
    private static readonly Type[] Kernels =
    [
        typeof(IntegerKernels), typeof(FloatKernels), typeof(FlowKernels), typeof(StructureKernels), typeof(MemoryKernels),
        typeof(DeviceCodeKernels), typeof(GroupKernels),
    ];

    [SetUp]
    public void SetUp()
    {
        if (Nvrtc.Unavailable is { } reason)
            Assert.Ignore($"CUDA C cannot be compiled here: {reason}.");
    }

    [Test]
    public void Every_kernel_that_runs_on_OpenCL_compiles_for_CUDA()
    {
        var failures = new ConcurrentQueue<string>();
        var kernels = KernelRules.FindKernels(typeof(CompilationTests).Assembly).Where(kernel => IsTested(kernel.Method)).ToArray();
        Parallel.ForEach(kernels, kernel =>
        {
            try
            {
                Compile(kernel.Method, kernel.IsExplicit, 80);
            }
            catch (Exception exception) when (exception is TranslationException or CudaException)
            {
                failures.Enqueue(exception.Message);
            }
        });
        TestContext.Out.WriteLine($"{kernels.Length} kernels");
        Assert.That(failures, Is.Empty, string.Join(Environment.NewLine, failures));
    }

    [Test]
    public void Sixteen_bytes_are_loaded_and_stored_at_once() => Assert.That(
        Assembly(typeof(MemoryKernels), nameof(MemoryKernels.Copy16Bytes)), Does.Contain("ld.global.v4").And.Contain("st.global.v4"));

    [Test]
    public void Multiplications_and_additions_are_fused() =>
        Assert.That(Assembly(typeof(FloatKernels), nameof(FloatKernels.Exact)), Does.Contain("fma.rn.f32"));

    // The others are wrong on purpose.
    private static bool IsTested(MethodInfo kernel) => Kernels.Contains(kernel.DeclaringType)
        && kernel.Name is not (nameof(GroupKernels.FailsInOneLane) or nameof(GroupKernels.WithoutBarrier)
            or nameof(GroupKernels.TooMuchShared) or nameof(GroupKernels.ImplicitShared) or nameof(GroupKernels.ImplicitBarrier));

    private static CudaBinary Compile(MethodInfo kernel, bool isExplicit, int architecture) =>
        Nvrtc.Compile(KernelTranslator.Translate(kernel, isExplicit, new(Dialect.Cuda, 32)).Source, kernel.Name, architecture);

    // The intermediate code: an architecture beyond all that are known asks for it.
    private static string Assembly(Type type, string kernel) =>
        Encoding.UTF8.GetString(Compile(type.GetMethod(kernel)!, true, Nvrtc.Architectures.Max() + 1).Image);
}
