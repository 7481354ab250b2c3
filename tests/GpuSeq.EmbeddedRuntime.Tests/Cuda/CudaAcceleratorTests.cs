using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.Devices;

namespace GpuSeq.EmbeddedRuntime.Tests.Cuda;

/// <summary>Memory, streams and launches on an NVIDIA GPU, with kernels that are written as CUDA C.</summary>
[Category("Cuda")]
public class CudaAcceleratorTests
{
    private Context _context = null!;
    private CudaAccelerator _cuda = null!;

    [SetUp]
    public void SetUp()
    {
        if (CudaDevice.Unavailable is { } reason)
            Assert.Ignore($"There is no CUDA device: {reason}.");
        _context = Context.Create(builder => builder.Cuda());
        _cuda = _context.CreateCudaAccelerator(0);
    }

    [TearDown]
    public void TearDown()
    {
        _cuda?.Dispose();
        _context?.Dispose();
    }

    [Test]
    public void Devices_tell_their_limits() => Assert.Multiple(() =>
    {
        Assert.That(_cuda.Name, Is.Not.Empty);
        Assert.That(_cuda.WarpSize, Is.EqualTo(32));
        Assert.That(_cuda.MaxNumThreadsPerGroup, Is.EqualTo(1024));
        Assert.That(_cuda.MaxSharedMemoryPerGroup, Is.EqualTo(48 * 1024));
        Assert.That(_cuda.MemorySize, Is.GreaterThan(1L << 28));
    });

    [Test]
    public void Copies_go_both_ways([Values(1, 1000, 262_144, 3_000_001)] int length)
    {
        var data = Enumerable.Range(0, length).ToArray();
        using var buffer = _cuda.Allocate1D(data);
        var first = (int[])data.Clone();
        Array.Clear(data); // the copy may still be under way
        using var other = _cuda.Allocate1D<int>(length);
        buffer.View.BaseView.CopyTo(other.View.BaseView);
        buffer.MemSetToZero();
        Assert.That(other.GetAsArray1D(), Is.EqualTo(first));
        Assert.That(buffer.GetAsArray1D(), Is.All.Zero);
    }

    [Test]
    public void Memory_is_counted_and_refused_where_there_is_none()
    {
        using var some = _cuda.Allocate1D<byte>(1000);
        foreach (var asked in new[] { _cuda.MemorySize + 1, _cuda.MemorySize - 1000 })
        {
            Assert.That(
                () => _cuda.Allocate1D<byte>(asked),
                Throws.TypeOf<OutOfMemoryException>().With.Message.Contains($"{asked} bytes").And.Message.Contains("are free"));
        }
        Assert.That((_cuda.LiveBytes, _cuda.LiveBuffers), Is.EqualTo((1000L, 1)));
        using (_cuda.Allocate1D<byte>(0))
            Assert.That((_cuda.LiveBytes, _cuda.LiveBuffers), Is.EqualTo((1000L, 2)));
        Assert.That((_cuda.LiveBytes, _cuda.PeakBytes, _cuda.LiveBuffers), Is.EqualTo((1000L, 1000L, 1)));
        Copies_go_both_ways(10);
    }

    [Test]
    public void Implicitly_grouped_kernels_cover_every_item([Values(0, 1, 255, 256, 257, 100_003)] int items, [Values(0, 64)] int groupSize)
    {
        using var x = _cuda.Allocate1D(Enumerable.Range(0, items + 1).Select(i => (float)i).ToArray());
        using var y = _cuda.Allocate1D(Enumerable.Repeat(1f, items + 1).ToArray());
        var kernel = _cuda.Load(CudaSources.Axpy, groupSize);
        lock (_cuda.LaunchLock)
        {
            var arguments = kernel.Begin();
            arguments.Add(items);
            arguments.Add(2f);
            AddView(arguments, x);
            AddView(arguments, y);
            kernel.Launch(_cuda.DefaultStream, items);
        }
        Assert.That(y.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, items + 1).Select(i => i < items ? 2f * i + 1 : 1f)));
    }

    [Test]
    public void Groups_have_dynamic_shared_memory([Values(64, 12 * 1024, 16 * 1024)] int words)
    {
        using var values = _cuda.Allocate1D(Enumerable.Range(0, 256).ToArray());
        Reverse(values, words, new(4, 64, SharedMemoryConfig.RequestDynamic<int>(words)));
        Assert.That(values.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 256).Select(i => i / 64 * 64 + 63 - i % 64)));
    }

    [TestCase(1, 1025, 0, "1025")]
    [TestCase(-1, 1, 0, "-1")]
    [TestCase(1, 1, 1 << 20, "4194304")]
    public void Launches_out_of_limits_are_refused(int groups, int lanes, int words, string named)
    {
        using var values = _cuda.Allocate1D<int>(1);
        Assert.That(
            () => Reverse(values, words, new(groups, lanes, SharedMemoryConfig.RequestDynamic<int>(words))),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Reverse").And.Message.Contains(named));
        Assert.That(() => _cuda.Synchronize(), Throws.Nothing);
    }

    [Test]
    public void Arguments_of_every_size_arrive()
    {
        using var output = _cuda.Allocate1D<double>(6);
        var kernel = _cuda.Load(CudaSources.Sizes, 0);
        lock (_cuda.LaunchLock)
        {
            var arguments = kernel.Begin();
            arguments.Add((sbyte)-1);
            arguments.Add(2.5);
            arguments.Add((short)-3);
            arguments.Add(4);
            arguments.Add(true);
            AddView(arguments, output);
            kernel.Launch(_cuda.DefaultStream, new KernelConfig(1, 1));
        }
        Assert.That(output.GetAsArray1D(), Is.EqualTo(new[] { -1, 2.5, -3, 4, 1, 6 }));
    }

    [Test]
    public void Other_threads_launch_as_well()
    {
        using var values = _cuda.Allocate1D(Enumerable.Range(0, 64).ToArray());
        var thread = new Thread(() => Reverse(values, 64, new(1, 64, SharedMemoryConfig.RequestDynamic<int>(64))));
        thread.Start();
        thread.Join();
        Assert.That(values.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 64).Reverse()));
    }

    [Test]
    public void Launches_allocate_no_managed_memory()
    {
        using var values = _cuda.Allocate1D(new int[64]);
        var kernel = _cuda.Load(CudaSources.Reverse, 0);
        Launch();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Launch();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Launch()
        {
            lock (_cuda.LaunchLock)
            {
                var arguments = kernel.Begin();
                AddView(arguments, values);
                arguments.Add(64);
                kernel.Launch(_cuda.DefaultStream, new KernelConfig(1, 64, SharedMemoryConfig.RequestDynamic<int>(64)));
                _cuda.DefaultStream.Synchronize();
            }
        }
    }

    [Test]
    public void Events_measure_time()
    {
        using var buffer = _cuda.Allocate1D<byte>(1 << 26);
        using CudaEvent begin = new(_cuda), end = new(_cuda);
        var stream = (CudaStream)_cuda.DefaultStream;
        begin.Record(stream.Handle);
        buffer.MemSetToZero();
        end.Record(stream.Handle);
        end.Wait();
        Assert.That(end.Since(begin), Is.GreaterThan(TimeSpan.Zero).And.LessThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    [Explicit("After a failed kernel, CUDA may serve this process no more.")]
    public void Failed_kernels_are_named()
    {
        using var values = _cuda.Allocate1D<int>(1);
        var kernel = _cuda.Load(CudaSources.Stray, 0);
        lock (_cuda.LaunchLock)
        {
            AddView(kernel.Begin(), values);
            kernel.Launch(_cuda.DefaultStream, new KernelConfig(1, 1));
        }
        var failure = Assert.Throws<CudaException>(() => _cuda.Synchronize());
        Assert.Multiple(() =>
        {
            Assert.That(failure.Error, Is.EqualTo("CUDA_ERROR_ILLEGAL_ADDRESS"));
            Assert.That(failure.Kernels, Is.EqualTo(new[] { "CudaSources.StrayParameters" }));
            Assert.That(failure.Message, Does.Contain("StrayParameters"));
        });
        Assert.That(() => values.Dispose(), Throws.Nothing);
        Assert.That(() => _cuda.Dispose(), Throws.Nothing);
    }

    [Test]
    public void Refused_programs_leave_the_accelerator_alone()
    {
        var broken = CudaSources.Axpy with { Source = "extern \"C\" __global__ void axpy() { missing; }" };
        Assert.That(() => _cuda.Load(broken, 0), Throws.TypeOf<CudaException>().With.Message.Contains("missing"));
        var nameless = CudaSources.Axpy with { EntryPoint = "nowhere" };
        Assert.That(() => _cuda.Load(nameless, 0), Throws.TypeOf<CudaException>().With.Message.Contains("AxpyParameters"));
        Implicitly_grouped_kernels_cover_every_item(100, 0);
    }

    private void Reverse(MemoryBuffer1D<int, Stride1D.Dense> values, int words, KernelConfig config)
    {
        var kernel = _cuda.Load(CudaSources.Reverse, 0);
        lock (_cuda.LaunchLock)
        {
            var arguments = kernel.Begin();
            AddView(arguments, values);
            arguments.Add(words);
            kernel.Launch(_cuda.DefaultStream, config);
        }
    }

    private static void AddView<T>(DeviceArguments arguments, MemoryBuffer1D<T, Stride1D.Dense> buffer)
        where T : unmanaged => arguments.AddView(buffer.Buffer, buffer.NativePtr, buffer.Length);
}
