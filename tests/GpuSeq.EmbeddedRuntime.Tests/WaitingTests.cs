using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>What is alive where a lane waits is there when it goes on.</summary>
public class WaitingTests
{
    private Cpu _cpu = null!;

    private CPUAccelerator Accelerator => _cpu.Accelerator;

    [SetUp]
    public void SetUp() => _cpu = new();

    [TearDown]
    public void TearDown() => _cpu.Dispose();

    [TestCase(32, 5)]
    [TestCase(128, 1000)]
    [TestCase(1024, 3000)]
    public void Generic_kernels_with_helpers_that_wait(int lanes, int columns)
    {
        const int Rows = 5;
        var data = Enumerable.Range(0, Rows * columns).Select(i => (float)(i * 7919L % 13)).ToArray();
        using var input = Accelerator.Allocate1D(data);
        using var output = _cpu.Allocate<float>(Rows);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, int>(
            WaitingKernels.Rows<WaitingKernels.Sum, WaitingKernels.Largest>);
        kernel((Rows, lanes), input.View, output.View, columns);
        Accelerator.Synchronize();
        Assert.That(output.GetAsArray1D(), Is.EqualTo(data.Chunk(columns).Select(row => row.Sum() + 1000 * row.Max())));
    }

    [Test]
    public void References_and_values_on_the_stack_stay([Values(1, 8, 40)] int lanes)
    {
        using var output = _cpu.Allocate<int>(lanes);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>, Index2D, WaitingKernels.Pair>(WaitingKernels.Alive);
        kernel((1, lanes), output.View, new(3, 5), new() { First = 4.5f, Second = 0.25 });
        Accelerator.Synchronize();
        var even = (lanes + 1) / 2;
        var expected = Enumerable.Range(0, lanes).Select(lane =>
        {
            var next = lane % 32 + 1 < 32 && lane + 1 < lanes ? lane + 1 : lane;
            return lane + even * 3 + 6 + (lanes > 3 ? 100 : 200) + next * 2 + 1 + 6 + 5;
        });
        Assert.That(output.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void Functors_that_wait_keep_their_state()
    {
        using var output = _cpu.Allocate<float>(64);
        Accelerator.LoadStreamKernel<ArrayView<float>, WaitingKernels.ScaledGroupSum>(WaitingKernels.Operate)(
            (1, 64), output.View, new() { Scale = 2 });
        Accelerator.Synchronize();
        Assert.That(output.GetAsArray1D(), Is.All.EqualTo(63 * 32 * 2 + 64 * 3));
    }

    [Test]
    public void Kernels_that_need_threads_get_them()
    {
        using var output = _cpu.Allocate<int>(100);
        for (var round = 0; round < 3; round++)
        {
            Accelerator.LoadStreamKernel<ArrayView<int>>(WaitingKernels.ArrayElement)((2, 100), output.View);
            Accelerator.Synchronize();
            Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 100).Select(lane => lane + (lane ^ 1))));
            Accelerator.LoadStreamKernel<ArrayView<int>>(WaitingKernels.ThrowsOnThreads)((4, 100), output.View);
            Assert.That(
                Assert.Throws<KernelException>(() => Accelerator.Synchronize()).InnerException,
                Is.TypeOf<InvalidOperationException>().With.Message.EqualTo("lane 5"));
        }
    }

    [Test]
    public void A_wait_that_nobody_can_see_is_an_error()
    {
        using var output = _cpu.Allocate<int>(1);
        Accelerator.LoadStreamKernel<ArrayView<int>>(WaitingKernels.WaitsInDelegate)((1, 4), output.View);
        Assert.That(Assert.Throws<KernelException>(() => Accelerator.Synchronize()).InnerException, Is.TypeOf<NotSupportedException>());
    }

    [Test]
    public void Launches_of_a_known_kernel_allocate_little()
    {
        using var output = _cpu.Allocate<float>(4);
        using var input = _cpu.Allocate<float>(400);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, int>(
            WaitingKernels.Rows<WaitingKernels.Sum, WaitingKernels.Largest>);
        kernel((4, 128), input.View, output.View, 100);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 100; i++)
            kernel((4, 128), input.View, output.View, 100);
        Assert.That((GC.GetTotalAllocatedBytes(precise: true) - before) / 100, Is.LessThan(2000));
    }
}
