using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>Translated kernels compute on an OpenCL device what they compute on the CPU.</summary>
[Category("OpenCL")]
public class ExecutionTests
{
    private static readonly int[] Ints = [0, 1, -1, 2, 7, -7, 31, 100, 65535, 65536, int.MaxValue, int.MinValue, 0x12345678];

    private static readonly float[] Floats =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 0.375f, 3.14159f, -17.125f, 1234.565f, 1e-40f, 1e20f, -1e30f, 16777217f,
        float.MaxValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
    ];

    private TwoDevices _two = null!;

    [OneTimeSetUp]
    public void SetUp() => _two = new();

    [OneTimeTearDown]
    public void TearDown() => _two?.Dispose();

    [Test]
    public void Signed_integers() =>
        _two.Agree<int, long>(IntegerKernels.Signed, Pairs(Ints.Length), Ints, Ints.Length * Ints.Length * IntegerKernels.Stride);

    [Test]
    public void Unsigned_integers()
    {
        var numbers = Array.ConvertAll(Ints, number => (uint)number);
        _two.Agree<uint, ulong>(
            IntegerKernels.Unsigned, Pairs(numbers.Length), numbers, numbers.Length * numbers.Length * IntegerKernels.Stride);
    }

    [Test]
    public void Long_integers()
    {
        long[] numbers = [0, 1, -1, 3, -1000, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue];
        _two.Agree<long, long>(
            IntegerKernels.Long, Pairs(numbers.Length), numbers, numbers.Length * numbers.Length * IntegerKernels.Stride);
    }

    [Test]
    public void Exact_functions_of_floats() =>
        _two.Agree<float, float>(FloatKernels.Exact, Pairs(Floats.Length), Floats, Floats.Length * Floats.Length * FloatKernels.Stride);

    [Test]
    public void Rounded_functions_of_floats()
    {
        float[] numbers = [.. Floats.Where(number => Math.Abs(number) is > 1e-30f and < 100 or 0 || !float.IsFinite(number))];
        _two.Agree<float, float>(
            FloatKernels.Functions, Pairs(numbers.Length), numbers, numbers.Length * numbers.Length * FloatKernels.Stride, 2e-6);
    }

    [Test]
    public void Functions_of_doubles()
    {
        double[] numbers = [0, -0.0, 0.5, -1.5, 2.5, 3.7, -7.25, 1e10, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        _two.Agree<double, double>(
            FloatKernels.Doubles, Pairs(numbers.Length), numbers, numbers.Length * numbers.Length * FloatKernels.Stride, 1e-13);
    }

    [Test]
    public void Comparisons_with_what_is_no_number() =>
        _two.Agree<float, int>(FloatKernels.Comparisons, Pairs(Floats.Length), Floats, Floats.Length * Floats.Length);

    [Test]
    public void Conversions_from_floats()
    {
        float[] numbers =
        [
            .. Floats, 255.9f, 256f, -129f, 32768.5f, 70000f, 2147483520f, 2147483648f, -2147483648f, -2147483904f, 3e9f, 4294967040f,
            4294967296f, -3e9f, 9.2233715e18f, 9.3e18f, -9.3e18f, 1.8446743e19f, 1.9e19f,
        ];
        _two.Agree<float, long>(FloatKernels.FromFloat, (1, numbers.Length), numbers, numbers.Length * FloatKernels.Stride);
    }

    [Test]
    public void Conversions_to_floats()
    {
        long[] numbers =
        [
            0, 1, -1, 127, 200, 16777217, 33554435, int.MinValue, 4294967295, long.MaxValue, long.MinValue, -4611686293305294849,
        ];
        _two.Agree<long, double>(FloatKernels.ToFloat, (1, numbers.Length), numbers, numbers.Length * FloatKernels.Stride);
    }

    [Test]
    public void Bfloat16()
    {
        ushort[] numbers = [0, 0x3f80, 0xbf80, 0x4049, 0x7f80, 0x7fc0, 0x0080, 0xffff];
        _two.Agree<ushort, float>(FloatKernels.Bfloat16, (1, numbers.Length), numbers, numbers.Length);
    }

    [Test]
    public void Branches() => Small<int, int>(FlowKernels.Branches, FlowKernels.Stride);

    [Test]
    public void Loops() => Small<int, int>(FlowKernels.Loops, FlowKernels.Stride);

    [Test]
    public void Values_on_the_stack() => Small<int, int>(FlowKernels.Stack, FlowKernels.Stride);

    [Test]
    public void Structures() => Small<float, float>(StructureKernels.Structures, StructureKernels.Stride);

    [Test]
    public void Generic_code() => Small<int, double>(StructureKernels.Generics, StructureKernels.Stride);

    [Test]
    public void Fixed_buffers() => Small<int, int>(StructureKernels.FixedBuffers, 1);

    [Test]
    public void Arrays_and_references() => Small<int, float>(MemoryKernels.Arrays, MemoryKernels.Stride);

    [Test]
    public void Views() => _two.Agree<float, float>(
        MemoryKernels.Views, (1, 8), [.. Enumerable.Range(0, 40).Select(i => i * 1.5f)], 8 * MemoryKernels.Stride);

    [Test]
    public void Loads_of_16_bytes() =>
        _two.Agree<float, float>(MemoryKernels.Copy16Bytes, (1, 16), [.. Enumerable.Range(0, 64).Select(i => (float)i)], 64);

    [Test]
    public void Shared_memory_belongs_to_the_call() =>
        _two.Agree<int, int>(MemoryKernels.Shared, (3, 16), [.. Enumerable.Range(5, 48)], 48);

    [Test]
    public void Structures_of_twenty_views() => _two.Agree<float>(
        10,
        (accelerator, output) =>
        {
            using var floats = accelerator.Allocate1D([.. Enumerable.Range(0, 32).Select(i => i + 0.5f)]);
            using var ints = accelerator.Allocate1D([.. Enumerable.Range(0, 32)]);
            using var bytes = accelerator.Allocate1D([.. Enumerable.Range(200, 32).Select(i => (byte)i)]);
            var (f, i, b) = (floats.View.BaseView, ints.View.BaseView, bytes.View.BaseView);
            var views = new TwentyViews { Count = 10, Last = output };
            (views.V0, views.V1, views.V2, views.V9) = (f, f.SubView(3), f.SubView(1, 5), f.SubView(7, 12));
            (views.V10, views.V11, views.V14) = (i.SubView(2), i.SubView(9), i.SubView(20));
            (views.V15, views.V16, views.V19) = (b, b.SubView(1), b.SubView(4));
            views.Scales = new() { First = 2.5f, Second = 1e3, Third = true, Fourth = new(5, 6) };
            accelerator.LoadStreamKernel<TwentyViews>(StructureKernels.Many)((2, 8), views);
            accelerator.Synchronize();
        });

    [Test]
    public void Thirteen_views() => _two.Agree<double>(
        4,
        (accelerator, output) =>
        {
            using var a = accelerator.Allocate1D([1.5f, 2, 3, 4]);
            using var c = accelerator.Allocate1D([-1, 2, -3, 4]);
            using var e = accelerator.Allocate1D([1L << 40, 2, 3, 4]);
            using var f = accelerator.Allocate1D([0.1, 2, 3, 4]);
            using var g = accelerator.Allocate1D(new byte[] { 255, 2, 3, 4 });
            using var h = accelerator.Allocate1D(new sbyte[] { -128, 2, 3, 4 });
            using var i = accelerator.Allocate1D(new short[] { -30000, 2, 3, 4 });
            using var j = accelerator.Allocate1D(new ushort[] { 60000, 2, 3, 4 });
            using var k = accelerator.Allocate1D(new uint[] { 4000000000, 2, 3, 4 });
            using var l = accelerator.Allocate1D(new ulong[] { 1ul << 50, 2, 3, 4 });
            var kernel = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<int>, ArrayView<long>,
                ArrayView<double>, ArrayView<byte>, ArrayView<sbyte>, ArrayView<short>, ArrayView<ushort>, ArrayView<uint>,
                ArrayView<ulong>, ArrayView<double>>(StructureKernels.Thirteen);
            kernel((1, 4), a.View, a.View, c.View, c.View, e.View, f.View, g.View, h.View, i.View, j.View, k.View, l.View, output);
            accelerator.Synchronize();
        });

    [Test]
    public void Specialized_values() => _two.Agree<int>(
        100,
        (accelerator, output) => accelerator.LoadAutoGroupedStreamKernel<Index1D, SpecializedValue<int>, ArrayView<int>>(
            StructureKernels.Specialized)(100, SpecializedValue.New(5), output));

    [Test]
    public void Planes_and_spaces_of_items()
    {
        _two.Agree<int>(
            7 * 13,
            (accelerator, output) => accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView<int>, int>(
                StructureKernels.Plane)(new(7, 13), output, 7));
        var extent = new Index3D(3, 5, 7);
        _two.Agree<int>(
            extent.Size,
            (accelerator, output) => accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView<int>, Index3D>(
                StructureKernels.Space)(extent, output, extent));
    }

    [Test]
    public void Atomic_operations()
    {
        Atomics<int>((output, place) => place.Ints = output);
        Atomics<uint>((output, place) => place.Uints = output);
        Atomics<long>((output, place) => place.Longs = output);
        Atomics<ulong>((output, place) => place.Ulongs = output);
        Atomics<float>((output, place) => place.Floats = output);
        Atomics<double>((output, place) => place.Doubles = output);
    }

    [Test]
    public void Methods_with_a_body_in_C() =>
        _two.Agree<float, float>(DeviceCodeKernels.Run, (1, 16), [.. Enumerable.Range(0, 16).Select(i => i * 0.7f)], 16);

    [Test]
    public void Group_reductions()
    {
        _two.Agree<int>(40, Explicit<int, int>(GroupKernels.Predicates, (2, 20), 7));
        _two.Agree<int>(24, Explicit<int>(GroupKernels.Indices, new KernelConfig(new Index3D(2, 1, 1), new Index3D(3, 2, 2))));
        _two.Agree<int>(24, Explicit<int>(GroupKernels.Dynamic, new KernelConfig(3, 8, SharedMemoryConfig.RequestDynamic<int>(8))));
        _two.Agree<int>(40, Explicit<int>(GroupKernels.LocalArrays, (2, 20)));
    }

    [Test]
    public void Shuffles([Values(0, 1, 2, 3, 4, 5, 6, 7, 8)] int kind)
    {
        foreach (var (delta, width, lanes) in new[] { (1, 4, 16), (3, 8, 16), (2, 2, 8), (0, 8, 20), (7, 4, 20), (5, 8, 13) })
        {
            _two.Agree<int>(
                lanes,
                (accelerator, output) => accelerator.LoadStreamKernel<ArrayView<int>, int, int, int>(
                    GroupKernels.Shuffles)((1, lanes), output, kind, delta, width));
        }
    }

    private static Action<Accelerator, ArrayView<T>> Explicit<T>(Action<ArrayView<T>> kernel, KernelConfig config)
        where T : unmanaged => (accelerator, output) => accelerator.LoadStreamKernel(kernel)(config, output);

    private static Action<Accelerator, ArrayView<T>> Explicit<T, TArgument>(
        Action<ArrayView<T>, TArgument> kernel, KernelConfig config, TArgument argument)
        where T : unmanaged
        where TArgument : struct => (accelerator, output) => accelerator.LoadStreamKernel(kernel)(config, output, argument);

    private void Small<TIn, TOut>(Action<ArrayView<TIn>, ArrayView<TOut>> kernel, int stride)
        where TIn : unmanaged
        where TOut : unmanaged
    {
        TIn[] numbers = [.. Enumerable.Range(-8, 24).Append(25).Append(1000).Select(i => (TIn)Convert.ChangeType(i, typeof(TIn)))];
        _two.Agree(kernel, (1, numbers.Length), numbers, numbers.Length * stride);
    }

    // The kernel has arrays of six types; one of them is compared, and the others are there.
    private void Atomics<T>(Action<ArrayView<T>, AtomicArrays> place)
        where T : unmanaged => _two.Agree<T>(
            16,
            (accelerator, output) =>
            {
                using var arrays = new AtomicArrays(accelerator);
                place(output, arrays);
                accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<uint>, ArrayView<long>, ArrayView<ulong>, ArrayView<float>,
                    ArrayView<double>>(MemoryKernels.Atomics)(
                    (1, 64), arrays.Ints, arrays.Uints, arrays.Longs, arrays.Ulongs, arrays.Floats, arrays.Doubles);
                accelerator.Synchronize();
            });

    private static KernelConfig Pairs(int count) => new(count, count);

    private sealed class AtomicArrays : IDisposable
    {
        private readonly MemoryBuffer1D<double, Stride1D.Dense> _memory;

        public AtomicArrays(Accelerator accelerator)
        {
            _memory = accelerator.Allocate1D<double>(6 * 16);
            _memory.MemSetToZero();
            Ints = Part(0).Cast<int>();
            Uints = Part(1).Cast<uint>();
            Longs = Part(2).Cast<long>();
            Ulongs = Part(3).Cast<ulong>();
            Floats = Part(4).Cast<float>();
            Doubles = Part(5);
        }

        public ArrayView<int> Ints { get; set; }

        public ArrayView<uint> Uints { get; set; }

        public ArrayView<long> Longs { get; set; }

        public ArrayView<ulong> Ulongs { get; set; }

        public ArrayView<float> Floats { get; set; }

        public ArrayView<double> Doubles { get; set; }

        public void Dispose() => _memory.Dispose();

        private ArrayView<double> Part(int number) => _memory.View.BaseView.SubView(number * 16, 16);
    }
}
