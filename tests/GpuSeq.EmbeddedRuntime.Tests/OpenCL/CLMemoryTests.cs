using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace GpuSeq.EmbeddedRuntime.Tests.OpenCL;

/// <summary>OpenCL devices are found, their memory is counted, copied, filled and given back.</summary>
[Category("OpenCL")]
public class CLMemoryTests
{
    private OpenCLDevice _device = null!;

    private CLAccelerator Accelerator => _device.Accelerator;

    [SetUp]
    public void SetUp() => _device = new();

    [TearDown]
    public void TearDown() => _device?.Dispose();

    [Test]
    public void Devices_tell_their_limits()
    {
        var devices = CLDevice.Discover(out var reason);
        var device = devices[0];
        Assert.Multiple(() =>
        {
            Assert.That(reason, Is.Null);
            Assert.That(devices.Select(found => found.Name), Is.All.Not.Empty);
            Assert.That(device.AcceleratorType, Is.EqualTo(AcceleratorType.OpenCL));
            Assert.That(device.DeviceVersion, Does.StartWith("OpenCL "));
            Assert.That((device.PlatformName, device.DriverVersion), Is.Not.EqualTo(("", "")));
            Assert.That(device.MemorySize, Is.GreaterThanOrEqualTo(device.MaxAllocation).And.GreaterThan(0));
            Assert.That(device.MaxNumThreadsPerGroup, Is.GreaterThanOrEqualTo(1));
            Assert.That(device.MaxGroupSize.X, Is.GreaterThanOrEqualTo(1));
            Assert.That(device.MaxSharedMemoryPerGroup, Is.GreaterThanOrEqualTo(1024));
            Assert.That(int.IsPow2(device.WarpSize));
            Assert.That(device.NumMultiprocessors, Is.GreaterThanOrEqualTo(1));
            Assert.That(Accelerator.ToString(), Is.EqualTo($"{device.Name} [OpenCL]"));
        });
    }

    [Test]
    public void Copies_go_both_ways_and_to_parts()
    {
        var data = Enumerable.Range(0, 10).ToArray();
        using var buffer = _device.Allocate<int>(12);
        buffer.View.SubView(1, 10).CopyFromCPU(data);
        using var other = _device.Allocate<int>(12);
        buffer.View.BaseView.SubView(2, 4).CopyTo(other.View.BaseView.SubView(8));
        var part = new int[5];
        other.View.BaseView.SubView(7).CopyToCPU(part.AsSpan());
        buffer.View.BaseView.SubView(3, 2).MemSetToZero();
        Assert.Multiple(() =>
        {
            Assert.That(part, Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
            Assert.That(buffer.GetAsArray1D(), Is.EqualTo(new[] { 0, 0, 1, 0, 0, 4, 5, 6, 7, 8, 9, 0 }));
        });
    }

    [Test]
    public void What_was_copied_in_may_be_changed_at_once([Values(1000, 100_000)] int length)
    {
        const int Rounds = 300; // more than are in flight at a time
        var data = new int[length];
        using var buffer = _device.Allocate<int>(length);
        using var copies = _device.Allocate<int>(Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            Array.Fill(data, round);
            buffer.CopyFromCPU(data);
            Array.Fill(data, -1);
            buffer.View.BaseView.SubView(length - 1).CopyTo(copies.View.BaseView.SubView(round));
        }
        Assert.That(copies.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, Rounds)));
    }

    [Test]
    public void Buffers_without_elements_work()
    {
        using var buffer = Accelerator.Allocate1D<float>(0);
        buffer.MemSetToZero();
        Assert.That((buffer.GetAsArray1D(), Accelerator.LiveBytes, Accelerator.LiveBuffers), Is.EqualTo((Array.Empty<float>(), 0L, 1)));
    }

    [Test]
    public void Addresses_of_buffers_do_not_overlap()
    {
        using var first = Accelerator.Allocate1D<byte>(10_000);
        using var second = Accelerator.Allocate1D<byte>(10_000);
        Assert.That(Math.Abs((long)second.NativePtr - first.NativePtr), Is.GreaterThan(10_000));
        Assert.That((long)first.NativePtr % 64, Is.Zero);
    }

    [Test]
    public void Bytes_are_counted_and_given_back()
    {
        using (Accelerator.Allocate1D<float>(100))
        {
            var second = Accelerator.Allocate1D<long>(50);
            Assert.That((Accelerator.LiveBytes, Accelerator.LiveBuffers), Is.EqualTo((800L, 2)));
            second.Dispose();
            second.Dispose();
            Assert.That((Accelerator.LiveBytes, Accelerator.LiveBuffers, second.IsDisposed), Is.EqualTo((400L, 1, true)));
        }
        Assert.That((Accelerator.LiveBytes, Accelerator.PeakBytes, Accelerator.LiveBuffers), Is.EqualTo((0L, 800L, 0)));
        var left = Accelerator.Allocate1D<int>(10);
        _device.Dispose();
        Assert.That((left.IsDisposed, Accelerator.LiveBytes), Is.EqualTo((true, 0L)));
        Assert.Multiple(() =>
        {
            Assert.That(() => Accelerator.Allocate1D<int>(1), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => Accelerator.CreateStream(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => left.GetAsArray1D(), Throws.TypeOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void Too_much_memory_is_refused_and_the_accelerator_works_on()
    {
        using var some = _device.Allocate<byte>(1000);
        var (total, asked) = (Accelerator.MemorySize, Accelerator.MemorySize / 4 + 1);
        Assert.That(
            () => Accelerator.Allocate1D<float>(asked),
            Throws.TypeOf<OutOfMemoryException>()
                .With.Message.Contains($"{4 * asked} bytes").And.Message.Contains($"{total - 1000} of {total}"));
        Assert.That(Accelerator.LiveBytes, Is.EqualTo(1000));
        Assert.That(some.GetAsArray1D(), Is.All.Zero);
    }

    [Test]
    public void Buffers_larger_than_the_device_takes_are_refused()
    {
        var most = ((CLDevice)Accelerator.Device).MaxAllocation;
        if (most > Accelerator.MemorySize - 4096)
            Assert.Ignore("This device takes buffers as large as its memory.");
        Assert.That(
            () => Accelerator.Allocate1D<byte>(most + 4096),
            Throws.TypeOf<OutOfMemoryException>().With.Message.Contains($"one buffer has at most {most}"));
        using var some = _device.Allocate<byte>(10);
        Assert.That((some.GetAsArray1D(), Accelerator.LiveBytes), Is.EqualTo((new byte[10], 10L)));
    }

    [Test]
    public void Memory_of_another_accelerator_is_refused()
    {
        using var cpu = new Cpu();
        using var there = cpu.Allocate<int>(4);
        using var here = _device.Allocate<int>(4);
        Assert.That(
            () => here.View.BaseView.CopyTo(there.View.BaseView),
            Throws.TypeOf<ArgumentException>().With.Message.Contains("[CPU]").And.Message.Contains("[OpenCL]"));
    }

    [Test]
    public void Errors_have_the_names_of_the_header()
    {
        Assert.Multiple(() =>
        {
            Assert.That(CLException.NameOf(CLError.OutOfResources), Is.EqualTo("CL_OUT_OF_RESOURCES"));
            Assert.That(CLException.NameOf(CLError.PlatformNotFoundKhr), Is.EqualTo("CL_PLATFORM_NOT_FOUND_KHR"));
            Assert.That(CLException.NameOf((CLError)(-9999)), Does.Contain("-9999"));
        });
    }
}
