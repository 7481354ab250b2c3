using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace GpuSeq.EmbeddedRuntime.Tests.OpenCL;

/// <summary>Kernels of OpenCL C take their arguments, run in groups, and say what is wrong.</summary>
[Category("OpenCL")]
public class CLKernelTests
{
    private const string View = "__global uchar* data, long offset, long length";
    private const string Ints = "__global int* values = (__global int*)(data + offset);";

    private OpenCLDevice _device = null!;

    private CLAccelerator Accelerator => _device.Accelerator;

    [SetUp]
    public void SetUp() => _device = new();

    [TearDown]
    public void TearDown() => _device?.Dispose();

    [TestCase("char", (sbyte)-5)]
    [TestCase("uchar", (byte)200)]
    [TestCase("short", (short)-3000)]
    [TestCase("ushort", (ushort)60000)]
    [TestCase("ushort", '€')]
    [TestCase("uchar", true)]
    [TestCase("int", -100_000)]
    [TestCase("uint", 4_000_000_000u)]
    [TestCase("long", long.MinValue)]
    [TestCase("ulong", ulong.MaxValue - 1)]
    [TestCase("float", 0.1f)]
    [TestCase("double", 0.1)]
    [TestCase("int", DayOfWeek.Friday)]
    public void Scalars_arrive_as_they_are<T>(string type, T value)
        where T : unmanaged
    {
        using var buffer = _device.Allocate<T>(3);
        var kernel = _device.Build(
            $"int extent, {View}, {type} value", $"if (get_global_id(0) < extent) ((__global {type}*)(data + offset))[1] = value;");
        var arguments = kernel.Begin();
        arguments.Add(1);
        OpenCLDevice.Add(arguments, buffer.View.BaseView);
        arguments.Add(value);
        kernel.Launch(_device.Stream, 1);
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(new[] { default, value, default }));
    }

    [Test]
    public void Views_arrive_with_their_place_and_length([Values(0, 3)] int begin)
    {
        using var buffer = _device.Allocate<int>(8);
        var kernel = _device.Build(
            $"int extent, {View}, __global uchar* none, long noOffset, long noLength",
            $"{Ints} int i = get_global_id(0); if (i < extent && !none) values[i] = 100 * length + 10 * noLength + i;");
        var arguments = kernel.Begin();
        arguments.Add(4);
        OpenCLDevice.Add(arguments, buffer.View.BaseView.SubView(begin, 5));
        OpenCLDevice.Add(arguments, default(ArrayView<float>));
        kernel.Launch(_device.Stream, 4);
        Assert.That(buffer.GetAsArray1D()[begin..(begin + 5)], Is.EqualTo(new[] { 500, 501, 502, 503, 0 }));
    }

    [Test]
    public void Implicit_groups_have_the_size_asked_or_possible([Values(0, 1, 7, 1 << 30)] int asked, [Values(1, 100)] int items)
    {
        using var buffer = _device.Allocate<int>(items);
        var kernel = _device.Build(
            $"int extent, {View}", $"{Ints} int i = get_global_id(0); if (i < extent) values[i] = get_local_size(0);", groupSize: asked);
        var arguments = kernel.Begin();
        arguments.Add(items);
        OpenCLDevice.Add(arguments, buffer.View.BaseView);
        kernel.Launch(_device.Stream, items);
        Assert.That(
            buffer.GetAsArray1D(), Is.All.EqualTo(asked == 0 ? 64 : asked).Or.All.InRange(64, Accelerator.MaxNumThreadsPerGroup));
    }

    [Test]
    public void Launches_of_nothing_do_nothing()
    {
        using var buffer = _device.Allocate<int>(1);
        var kernel = _device.Build(View, $"{Ints} values[0] = 1;", isExplicit: true);
        OpenCLDevice.Add(kernel.Begin(), buffer.View.BaseView);
        kernel.Launch(_device.Stream, 0);
        kernel.Launch(_device.Stream, new KernelConfig(0, 64));
        kernel.Launch(_device.Stream, new KernelConfig(new Index3D(3, 0, 1), new Index3D(2, 2, 2)));
        Assert.That(buffer.GetAsArray1D(), Is.All.Zero);
    }

    [Test]
    public void Groups_share_memory_and_wait_for_each_other()
    {
        using var buffer = _device.Allocate<int>(24);
        var kernel = _device.Build(
            View,
            $$"""
            {{Ints}}
            __local int shared[12];
            int lane = (get_local_id(2) * get_local_size(1) + get_local_id(1)) * get_local_size(0) + get_local_id(0);
            shared[lane] = lane;
            barrier(CLK_LOCAL_MEM_FENCE);
            values[12 * get_group_id(1) + lane] = 100 * get_group_id(1) + shared[11 - lane];
            """,
            isExplicit: true);
        OpenCLDevice.Add(kernel.Begin(), buffer.View.BaseView);
        kernel.Launch(_device.Stream, new KernelConfig(new Index3D(1, 2, 1), new Index3D(2, 3, 2)));
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 24).Select(i => i / 12 * 100 + 11 - i % 12)));
    }

    [Test]
    public void Groups_have_dynamic_memory([Values(0, 4, 100)] int elements)
    {
        using var buffer = _device.Allocate<int>(1);
        var kernel = _device.Build(
            $"{View}, int elements, int bytes, __local uchar* dynamic",
            $"{Ints} __local int* sums = (__local int*)dynamic; int sum = 0;"
            + "for (int i = 0; i < elements; i++) sums[i] = i; for (int i = 0; i < elements; i++) sum += sums[i]; values[0] = bytes == 4 * elements ? sum : -1;",
            isExplicit: true, usesDynamicShared: true);
        var arguments = kernel.Begin();
        OpenCLDevice.Add(arguments, buffer.View.BaseView);
        arguments.Add(elements);
        kernel.Launch(_device.Stream, new KernelConfig(1, 1, SharedMemoryConfig.RequestDynamic<int>(elements)));
        Assert.That(buffer.GetAsArray1D()[0], Is.EqualTo(elements * (elements - 1) / 2));
    }

    [Test]
    public void Configurations_beyond_the_device_are_refused_with_both_numbers()
    {
        var kernel = _device.Build(View, $"{Ints} values[0] = 1;", isExplicit: true);
        var (lanes, shared) = (Accelerator.MaxNumThreadsPerGroup, Accelerator.MaxSharedMemoryPerGroup);
        Assert.Multiple(() =>
        {
            Refuses(new(1, new Index1D(lanes + 1)), $"{lanes + 1} lanes", "are possible");
            Refuses(new(1, 1, SharedMemoryConfig.RequestDynamic<byte>(shared + 1)), $"{shared + 1} bytes", $"it has {shared}");
            Refuses(new(-1, 1), "negative", "(-1, 1, 1)");
        });

        void Refuses(KernelConfig config, params string[] words) => Assert.That(
            () => kernel.Launch(_device.Stream, config),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(words[0]).And.Message.Contains(words[1]));
    }

    [Test]
    public void Errors_of_the_compiler_name_the_kernel_and_the_line()
    {
        var failure = Assert.Throws<CLException>(() => _device.Build("int extent", "int x = 1;\nundeclared = extent;"));
        Assert.Multiple(() =>
        {
            Assert.That(failure.Error, Is.EqualTo(CLError.BuildProgramFailure));
            Assert.That(failure.Kernel, Is.EqualTo("OpenCLDevice.SomeKernel"));
            Assert.That(failure.Message, Does.Contain("OpenCLDevice.SomeKernel").And.Contain("undeclared"));
        });
        Launches_of_nothing_do_nothing();
    }

    [Test]
    public void Arguments_that_a_kernel_has_not_are_refused()
    {
        var kernel = _device.Build("int extent", "");
        var failure = Assert.Throws<CLException>(() => kernel.Begin().Add(1L));
        Assert.That(failure.Message, Does.Contain("Argument 0 of kernel OpenCLDevice.SomeKernel, 8 bytes"));
        kernel.Begin();
        failure = Assert.Throws<CLException>(() => kernel.Launch(_device.Stream, 10));
        Assert.That(failure.Kernel, Is.EqualTo("OpenCLDevice.SomeKernel"));
        Assert.That(failure.Message, Is.EqualTo("Kernel OpenCLDevice.SomeKernel failed: CL_INVALID_KERNEL_ARGS."));
        Assert.That(() => Accelerator.Synchronize(), Throws.Nothing);
    }

    [Test]
    public void Launches_allocate_no_managed_memory_and_run_in_order()
    {
        const int Rounds = 1000; // more than are in flight at a time
        using var buffer = _device.Allocate<int>(100);
        using var stream = Accelerator.CreateStream();
        var kernel = _device.Build(
            $"int extent, {View}, int round",
            $"{Ints} int i = get_global_id(0); if (i < extent) values[i] = values[i] == round ? round + 1 : -1;");
        Accelerator.Synchronize();
        Launch(kernel, stream, buffer.View.BaseView, 0);
        stream.Synchronize();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < Rounds; i++)
            Launch(kernel, stream, buffer.View.BaseView, i);
        stream.Synchronize();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(buffer.GetAsArray1D(), Is.All.EqualTo(Rounds));
    }

    [Test]
    public void Streams_and_kernels_end_with_their_accelerator()
    {
        var kernel = _device.Build("int extent", "");
        var stream = Accelerator.CreateStream();
        stream.Dispose();
        stream.Dispose();
        var other = Accelerator.CreateStream();
        Assert.That(() => stream.Synchronize(), Throws.TypeOf<ObjectDisposedException>());
        _device.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => other.Synchronize(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => kernel.Begin(), Throws.TypeOf<ObjectDisposedException>());
        });
    }

    private static void Launch(CLKernel kernel, AcceleratorStream stream, ArrayView<int> view, int round)
    {
        var arguments = kernel.Begin();
        arguments.Add(view.IntLength);
        OpenCLDevice.Add(arguments, view);
        arguments.Add(round);
        kernel.Launch(stream, view.Length);
    }
}
