using System.Reflection;
using GpuSeq.EmbeddedRuntime.Tests.OpenCL;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>What cannot be translated is refused with kernel, method, place and reason, and harms nothing.</summary>
public class RefusalTests
{
    [TestCase(nameof(RefusedKernels.Recursive), "calls itself", "Factorial")]
    [TestCase(nameof(RefusedKernels.Virtual), "known only when it is made")]
    [TestCase(nameof(RefusedKernels.Throws), "InvalidOperationException is an object")]
    [TestCase(nameof(RefusedKernels.Catches), "exceptions are not handled")]
    [TestCase(nameof(RefusedKernels.MakesObject), "Random is an object")]
    [TestCase(nameof(RefusedKernels.Boxes), "box")]
    [TestCase(nameof(RefusedKernels.ReadsObject), "holds an object")]
    [TestCase(nameof(RefusedKernels.ReadsTable), "holds an object")]
    [TestCase(nameof(RefusedKernels.ReadsMutable), "can change")]
    [TestCase(nameof(RefusedKernels.WritesMutable), "stsfld")]
    [TestCase(nameof(RefusedKernels.ArrayOfAnySize), "not a constant")]
    [TestCase(nameof(RefusedKernels.SharedOfAnySize), "not a constant")]
    [TestCase(nameof(RefusedKernels.LocalOfAnySize), "not a constant")]
    [TestCase(nameof(RefusedKernels.StackAllocated), "localloc")]
    [TestCase(nameof(RefusedKernels.Intrinsic), "intrinsic implementation", "ForCpus")]
    [TestCase(nameof(RefusedKernels.Library), "devices have no Environment.get_ProcessorCount")]
    [TestCase(nameof(RefusedKernels.Text), "ldstr")]
    [TestCase(nameof(RefusedKernels.Lambda), "can change")]
    [TestCase(nameof(RefusedKernels.MixedSpaces), "two address spaces")]
    [TestCase(nameof(RefusedKernels.MixedViews), "two address spaces")]
    [TestCase(nameof(RefusedKernels.OtherDialect), "not given for OpenCL")]
    [TestCase(nameof(RefusedKernels.FixedBuffer), "fixed buffer")]
    [TestCase(nameof(RefusedKernels.Overlapping), "overlap")]
    [TestCase(nameof(RefusedKernels.Moved), "Misplaced")]
    public void Refusals_say_where_and_why(string kernel, string reason, string? method = null)
    {
        var failure = Assert.Throws<TranslationException>(() => KernelTranslator.Translate(Kernel(kernel), true, new(Dialect.OpenCL, 8)));
        Assert.Multiple(() =>
        {
            Assert.That(failure.Reason, Does.Contain(reason));
            Assert.That(failure.Kernel.Name, Is.EqualTo(kernel));
            Assert.That(failure.Method.Name, Is.EqualTo(method ?? kernel));
            Assert.That(failure.Message, Does.StartWith($"Kernel RefusedKernels.{kernel} cannot be translated: "));
            var hasPlace = !reason.Contains("exceptions") && failure.Method.Name != "ForCpus" && failure.Kernel.GetParameters().Length == 1
                && reason != "Misplaced";
            Assert.That(failure.Message, hasPlace ? Does.Match(@"at IL_[0-9a-f]{4}\.$") : Does.EndWith("."));
        });
    }

    [Test]
    public void CUDA_has_pointers_to_anywhere() => Assert.That(
        () => KernelTranslator.Translate(Kernel(nameof(RefusedKernels.MixedViews)), true, new(Dialect.Cuda, 32)), Throws.Nothing);

    [Test]
    [Category("OpenCL")]
    public void A_kernel_that_is_refused_harms_no_other_one()
    {
        using var device = new OpenCLDevice();
        using var output = device.Allocate<int>(40);
        foreach (var kernel in new Action<ArrayView<int>>[] { RefusedKernels.Recursive, RefusedKernels.MixedViews, RefusedKernels.Boxes })
        {
            Assert.That(() => device.Accelerator.LoadStreamKernel(kernel), Throws.TypeOf<TranslationException>());
            device.Accelerator.LoadStreamKernel<ArrayView<int>>(GroupKernels.LocalArrays)((2, 20), output.View);
            device.Accelerator.Synchronize();
        }
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 40).Select(lane => (lane % 20 * 64 + 28) * 10 + 1)));
    }

    private static MethodInfo Kernel(string name) => typeof(RefusedKernels).GetMethod(name)!;
}
