using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>Errors of kernels reach the caller at the next synchronisation, streams keep their own, contexts list devices.</summary>
public class ErrorTests
{
    [Test]
    public void Exceptions_in_kernels_name_the_kernel_and_the_accelerator_lives_on([Values(1, 100)] int items, [Values(1, 2)] int threads)
    {
        using var cpu = new Cpu(threads);
        using var output = cpu.Allocate<int>(items);
        var kernel = cpu.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(ImplicitKernels.Fail);
        for (var round = 0; round < 3; round++)
        {
            Assert.That(() => kernel(items, output.View, items - 1), Throws.Nothing);
            var failure = Assert.Throws<KernelException>(() => output.GetAsArray1D());
            Assert.Multiple(() =>
            {
                Assert.That(failure.Kernel, Is.EqualTo("ImplicitKernels.Fail"));
                Assert.That(failure.Message, Is.EqualTo($"Kernel ImplicitKernels.Fail failed: item {items - 1}"));
                Assert.That(failure.InnerException, Is.TypeOf<ArithmeticException>());
                Assert.That(failure.AcceleratorType, Is.EqualTo(AcceleratorType.CPU));
            });
            kernel(items, output.View, -1);
            Assert.That(() => cpu.Accelerator.Synchronize(), Throws.Nothing);
            Assert.That(output.GetAsArray1D(), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Work_behind_a_failure_is_left_out_until_it_is_reported()
    {
        using var cpu = new Cpu();
        using var output = cpu.Allocate<int>(4);
        var fail = cpu.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(ImplicitKernels.Fail);
        var add = cpu.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(ImplicitKernels.AddOne);
        fail(1, output.View, 0);
        add(4, output.View);
        Assert.Throws<KernelException>(() => cpu.Accelerator.Synchronize());
        Assert.That(output.GetAsArray1D(), Is.All.Zero);
    }

    [Test]
    public void Streams_keep_their_failures()
    {
        using var cpu = new Cpu();
        using var output = cpu.Allocate<int>(4);
        using var first = cpu.Accelerator.CreateStream();
        using var second = cpu.Accelerator.CreateStream();
        var fail = cpu.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, int>(ImplicitKernels.Fail);
        fail(first, 4, output.View, 2);
        fail(second, 4, output.View, -1);
        Assert.That(() => second.Synchronize(), Throws.Nothing);
        Assert.That(output.GetAsArray1D(), Is.All.EqualTo(1));
        Assert.That(() => first.Synchronize(), Throws.TypeOf<KernelException>());
        Assert.That(() => first.Synchronize(), Throws.Nothing);
        fail(first, 4, output.View, 2);
        Assert.That(() => cpu.Accelerator.Synchronize(), Throws.TypeOf<KernelException>());
    }

    [TestCase(3, 7, "Index 10 is outside a view of length 10.")]
    [TestCase(-1, 0, "Index -1 is outside a view of length 10.")]
    public void Assertions_check_bounds(int offset, int item, string message)
    {
        using var cpu = new Cpu(assertions: true);
        using var input = cpu.Allocate<int>(10);
        using var output = cpu.Allocate<int>(10);
        var kernel = cpu.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>, int>(ImplicitKernels.ReadAt);
        kernel(item + 1, input.View, output.View, offset);
        var failure = Assert.Throws<KernelException>(() => cpu.Accelerator.Synchronize());
        Assert.That(failure.InnerException, Is.TypeOf<IndexOutOfRangeException>().With.Message.EqualTo(message));
    }

    [Test]
    public void Kernels_take_views_with_strides_and_specialized_values()
    {
        using var cpu = new Cpu();
        using var input = cpu.Accelerator.Allocate1D([1, 2, 3]);
        using var output = cpu.Allocate<int>(3);
        cpu.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView1D<int, Stride1D.Dense>, ArrayView<int>, SpecializedValue<int>>(
            ImplicitKernels.Copy)(3, input.View, output.View, SpecializedValue.New(5));
        Assert.That(output.GetAsArray1D(), Is.EqualTo(new[] { 5, 10, 15 }));
    }

    [Test]
    public void Contexts_list_their_devices()
    {
        using var context = Context.Create(builder => builder.CPU().EnableAlgorithms());
        using var accelerator = context.GetPreferredDevice(preferCPU: true).CreateAccelerator(context);
        Assert.Multiple(() =>
        {
            Assert.That(accelerator.AcceleratorType, Is.EqualTo(AcceleratorType.CPU));
            Assert.That(accelerator.Name, Is.Not.Empty);
            Assert.That(accelerator.NumMultiprocessors, Is.EqualTo(Environment.ProcessorCount));
            Assert.That(accelerator.WarpSize, Is.EqualTo(32));
            Assert.That(accelerator.MemorySize, Is.GreaterThan(1 << 20));
            Assert.That(() => context.GetDevice<CPUDevice>(1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("has 1"));
        });
    }

    [Test]
    public void Kernels_that_are_not_static_are_refused()
    {
        using var cpu = new Cpu();
        var captured = 1;
        Assert.That(
            () => cpu.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>((index, view) => view[index] = captured),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("static"));
    }

    [Test]
    public void Disposed_accelerators_refuse_work()
    {
        var cpu = new Cpu();
        var kernel = cpu.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(ImplicitKernels.AddOne);
        cpu.Dispose();
        cpu.Accelerator.Dispose();
        Assert.That(() => kernel(1, default), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => cpu.Accelerator.CreateStream(), Throws.TypeOf<ObjectDisposedException>());
    }
}
