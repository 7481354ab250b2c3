using System.Runtime.CompilerServices;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests.Devices;

/// <summary>What a device is given when a kernel is launched: which arguments, in which order, and when nothing.</summary>
public class DeviceLaunchTests
{
    private RecordingAccelerator _device = null!;

    private RecordingKernel Kernel => _device.Kernel;

    [SetUp]
    public void Open() => _device = RecordingAccelerator.Create();

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Scalars_arrive_with_their_own_types()
    {
        Load<Scalars>(Kernels.Scalars)(1, new Scalars(flag: true));
        Assert.That(Kernel.Arguments, Is.EqualTo(new object[]
        {
            1, (byte)1, (byte)0, (sbyte)-2, (byte)3, (short)-4, (ushort)5, (ushort)'g', -6, 7u, -8L, 9ul, 10.5f, 11.5, (byte)2, -3L, (nint)12,
        }));
        Assert.That(Kernel.Arguments.Select(value => value.GetType()).Skip(1), Is.EqualTo(new[]
        {
            typeof(byte), typeof(byte), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(ushort), typeof(int), typeof(uint),
            typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(byte), typeof(long), typeof(nint),
        }));
    }

    [Test]
    public void A_bool_is_one_whatever_byte_it_holds()
    {
        byte three = 3;
        Load<bool>(Kernels.Flag)(1, Unsafe.As<byte, bool>(ref three));
        Assert.That(Kernel.Arguments, Is.EqualTo(new object[] { 1, (byte)1 }));
    }

    [Test]
    public void Nested_structures_with_private_fields_are_taken_apart_in_order()
    {
        using var floats = _device.Allocate1D<float>(10);
        using var ints = _device.Allocate1D<int>(4);
        ArrayView<float> view = floats.View;
        Load<Outer>(Kernels.Nested)(5, new Outer(1, new Inner(view.SubView(3, 5), 2), new Inner(default, 3), ints.View, 4));
        Assert.That(Kernel.Arguments, Is.EqualTo(new object[]
        {
            5, (byte)1, new RecordedView(floats.Buffer, floats.NativePtr + (3 * sizeof(float)), 5), 2.0, new RecordedView(null, 0, 0), 3.0,
            new RecordedView(ints.Buffer, ints.NativePtr, 4), 4,
        }));
        Assert.That(Kernel.Arguments, Has.Count.EqualTo(1 + ArgumentLeaf.Of(typeof(Outer)).Count));
    }

    [Test]
    public void Views_with_strides_and_specialized_values_are_what_they_hold()
    {
        using var floats = _device.Allocate1D<float>(10);
        var kernel = _device.LoadAutoGroupedStreamKernel<Index1D, ArrayView1D<float, Stride1D.Dense>, SpecializedValue<int>, Empty, long>(
            Kernels.Strided);
        kernel(2, floats.View.SubView(4), SpecializedValue.New(7), default, 8);
        Assert.That(Kernel.Arguments, Is.EqualTo(new object[] { 2, new RecordedView(floats.Buffer, floats.NativePtr + 16, 6), 7, 8L }));
        kernel(2, floats.View.SubView(9), SpecializedValue.New(7), default, 8);
        Assert.That(Kernel.Arguments[1], Is.EqualTo(new RecordedView(floats.Buffer, floats.NativePtr + 36, 1)));
    }

    [Test]
    public void Extents_come_first_in_all_their_dimensions()
    {
        _device.LoadAutoGroupedStreamKernel<Index2D, float>(Kernels.Plane)(new(3, 4), 1.5f);
        Assert.That(Kernel.Arguments, Is.EqualTo(new object[] { 3, 4, 1.5f }));
        Assert.That(Kernel.Items, Is.EqualTo(12));
        _device.LoadAutoGroupedStreamKernel<Index3D, float>(Kernels.Space)(new(3, 4, 5), 1.5f);
        Assert.That(Kernel.Arguments, Is.EqualTo(new object[] { 3, 4, 5, 1.5f }));
        Assert.That(Kernel.Items, Is.EqualTo(60));
    }

    [Test]
    public void Explicit_kernels_get_their_configuration_and_no_extent()
    {
        var config = new KernelConfig(new Index2D(2, 3), new Index2D(8, 4), SharedMemoryConfig.RequestDynamic<float>(64));
        _device.LoadStreamKernel<int, float>(Kernels.Group)(config, 7, 8.5f);
        Assert.Multiple(() =>
        {
            Assert.That(Kernel.IsExplicit);
            Assert.That(Kernel.Arguments, Is.EqualTo(new object[] { 7, 8.5f }));
            Assert.That(Kernel.Config, Is.EqualTo(config));
            Assert.That(Kernel.Stream, Is.SameAs(_device.DefaultStream));
        });
    }

    [Test]
    public void Streams_are_the_default_one_or_the_one_that_is_given()
    {
        using var stream = _device.CreateStream();
        _device.LoadAutoGroupedStreamKernel<Index1D, bool>(Kernels.Flag)(1, true);
        Assert.That(Kernel.Stream, Is.SameAs(_device.DefaultStream));
        _device.LoadAutoGroupedKernel<Index1D, bool>(Kernels.Flag)(stream, 1, true);
        Assert.That(Kernel.Stream, Is.SameAs(stream));
        _device.LoadKernel<int, float>(Kernels.Group)(stream, (1, 1), 1, 2);
        Assert.That(Kernel.Stream, Is.SameAs(stream));
    }

    [Test]
    public void Group_sizes_are_passed_on()
    {
        _device.LoadAutoGroupedStreamKernel<Index1D, bool>(Kernels.Flag);
        Assert.That((Kernel.Method.Name, Kernel.IsExplicit, Kernel.GroupSize), Is.EqualTo(("Flag", false, 0)));
        _device.LoadImplicitlyGroupedStreamKernel<Index1D, bool>(Kernels.Flag, 64);
        Assert.That((Kernel.Method.Name, Kernel.IsExplicit, Kernel.GroupSize), Is.EqualTo(("Flag", false, 64)));
        Assert.That(
            () => _device.LoadImplicitlyGroupedStreamKernel<Index1D, bool>(Kernels.Flag, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void Nothing_is_launched_over_nothing(int size)
    {
        _device.LoadAutoGroupedStreamKernel<Index1D, bool>(Kernels.Flag)(size, true);
        Assert.That(Kernel.Launches, Is.Zero);
        _device.LoadAutoGroupedStreamKernel<Index3D, float>(Kernels.Space)(new(3, size, 2), 1);
        Assert.That(Kernel.Launches, Is.Zero);
        _device.LoadStreamKernel<int, float>(Kernels.Group)((size, 64), 1, 2);
        Assert.That(Kernel.Launches, Is.Zero);
    }

    [Test]
    public void Fourteen_parameters_keep_their_order()
    {
        _device.LoadAutoGroupedStreamKernel<Index1D, int, int, int, int, int, int, int, int, int, int, int, int, int, int>(Kernels.Many)(
            15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        Assert.That(Kernel.Arguments, Is.EqualTo(Enumerable.Range(1, 14).Prepend(15).Cast<object>()));
    }

    [Test]
    public void Launches_allocate_nothing()
    {
        using var floats = _device.Allocate1D<float>(10);
        var outer = new Outer(1, new Inner(floats.View, 2), default, default, 4);
        var nested = Load<Outer>(Kernels.Nested);
        Kernel.IsSilent = true;
        var scalars = Load<Scalars>(Kernels.Scalars);
        Kernel.IsSilent = true;
        var before = 0L;
        for (var i = 0; i < 1100; i++)
        {
            if (i == 100)
                before = GC.GetAllocatedBytesForCurrentThread();
            nested(5, outer);
            scalars(5, default);
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Disposed_devices_and_kernels_that_are_not_static_are_refused()
    {
        var captured = 1;
        Assert.That(
            () => _device.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>((index, view) => view[index] = captured),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("static"));
        var kernel = Load<bool>(Kernels.Flag);
        _device.Dispose();
        Assert.That(() => kernel(1, true), Throws.TypeOf<ObjectDisposedException>());
    }

    private Action<Index1D, T> Load<T>(Action<Index1D, T> kernel)
        where T : struct => _device.LoadAutoGroupedStreamKernel(kernel);

    private enum Small : byte
    {
        Two = 2,
    }

    private enum Large : long
    {
        MinusThree = -3,
    }

    private readonly struct Empty;

#pragma warning disable IDE0052, CS0414, CA1805 // Private fields are read by launches alone.
    private readonly struct Scalars(bool flag)
    {
        private readonly bool _true = flag;
        private readonly bool _false = !flag;
        private readonly sbyte _int8 = -2;
        private readonly byte _uint8 = 3;
        private readonly short _int16 = -4;
        private readonly ushort _uint16 = 5;
        private readonly char _char = 'g';
        private readonly int _int32 = -6;
        private readonly uint _uint32 = 7;
        private readonly long _int64 = -8;
        private readonly ulong _uint64 = 9;
        private readonly float _float32 = 10.5f;
        private readonly double _float64 = 11.5;
        private readonly Small _small = Small.Two;
        private readonly Large _large = Large.MinusThree;
        private readonly nint _native = 12;
    }

    private readonly struct Inner(ArrayView<float> view, double scale)
    {
        private readonly ArrayView<float> _view = view;
        private readonly double _scale = scale;
    }

    private readonly struct Outer(byte first, Inner one, Inner two, ArrayView1D<int, Stride1D.Dense> ints, int last)
    {
        private readonly byte _first = first;
        private readonly (Inner One, Inner Two) _pair = (one, two);
        private readonly Empty _empty = default;
        private readonly ArrayView1D<int, Stride1D.Dense> _ints = ints;

        public int Last { get; } = last;
    }
#pragma warning restore IDE0052, CS0414, CA1805

    // Kernels that are loaded and never run.
    private static class Kernels
    {
        public static void Scalars(Index1D index, Scalars value)
        {
        }

        public static void Flag(Index1D index, bool value)
        {
        }

        public static void Nested(Index1D index, Outer value)
        {
        }

        public static void Strided(
            Index1D index, ArrayView1D<float, Stride1D.Dense> view, SpecializedValue<int> value, Empty empty, long last)
        {
        }

        public static void Plane(Index2D index, float value)
        {
        }

        public static void Space(Index3D index, float value)
        {
        }

        public static void Group(int value, float other)
        {
        }

        public static void Many(
            Index1D index, int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n)
        {
        }
    }
}
