using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>Explicitly grouped kernels have the semantics of a GPU's groups.</summary>
public class GroupTests
{
    private Cpu _cpu = null!;

    private CPUAccelerator Accelerator => _cpu.Accelerator;

    [SetUp]
    public void SetUp() => _cpu = new();

    [TearDown]
    public void TearDown() => _cpu.Dispose();

    private int[] Run(int outputs, KernelConfig config, Action<ArrayView<int>> kernel)
    {
        using var output = _cpu.Allocate<int>(outputs);
        Accelerator.LoadStreamKernel(kernel)(config, output.View);
        Accelerator.Synchronize();
        return output.GetAsArray1D();
    }

    [TestCase(128)]
    [TestCase(37)]
    public void Tiled_gemm_is_right(int n)
    {
        var (a, b) = (new float[n * n], new float[n * n]);
        for (var i = 0; i < n * n; i++)
            (a[i], b[i]) = (i % 7 - 3, i % 5 - 2);
        using var left = Accelerator.Allocate1D(a);
        using var right = Accelerator.Allocate1D(b);
        using var result = _cpu.Allocate<float>(n * n);
        var kernel = Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, int>(GroupKernels.TiledGemm);
        var tiles = (n + GroupKernels.Tile - 1) / GroupKernels.Tile;
        var config = new KernelConfig(new Index2D(tiles, tiles), new Index2D(GroupKernels.Tile, GroupKernels.Tile));
        var watch = Stopwatch.StartNew();
        kernel(config, left.View, right.View, result.View, n);
        Accelerator.Synchronize();
        TestContext.Out.WriteLine($"{watch.Elapsed.TotalMilliseconds:f1} ms the first time");
        watch.Restart();
        kernel(config, left.View, right.View, result.View, n);
        Accelerator.Synchronize();
        TestContext.Out.WriteLine($"{watch.Elapsed.TotalMilliseconds:f1} ms the second time");
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)));
        var expected = new float[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                for (var k = 0; k < n; k++)
                    expected[i * n + j] += a[i * n + k] * b[k * n + j];
            }
        }
        Assert.That(result.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void Indices_agree_in_all_dimensions(
        [Values(1, 3)] int gx, [Values(1, 2)] int gy, [Values(1, 3)] int gz,
        [Values(1, 5, 40)] int x, [Values(1, 3)] int y, [Values(1, 4)] int z)
    {
        var lanes = gx * gy * gz * x * y * z;
        var visits = Run(lanes, new KernelConfig(new Index3D(gx, gy, gz), new Index3D(x, y, z)), GroupKernels.Indices);
        Assert.That(visits, Is.All.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(32)]
    [TestCase(100)]
    [TestCase(1024)]
    public void Tree_in_shared_memory_sums(int lanes)
    {
        const int Groups = 3;
        using var input = Accelerator.Allocate1D(Enumerable.Range(0, Groups * lanes).ToArray());
        using var output = _cpu.Allocate<int>(Groups);
        Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(GroupKernels.SumTree)((Groups, lanes), input.View, output.View);
        Accelerator.Synchronize();
        Assert.That(
            output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, Groups).Select(g => Enumerable.Range(g * lanes, lanes).Sum())));
    }

    [TestCase(0)]
    [TestCase(4)]
    [TestCase(20)]
    public void Barriers_count_predicates(int threshold)
    {
        const int Lanes = 20;
        using var output = _cpu.Allocate<int>(2 * Lanes);
        Accelerator.LoadStreamKernel<ArrayView<int>, int>(GroupKernels.Predicates)((2, Lanes), output.View, threshold);
        Accelerator.Synchronize();
        var values = output.GetAsArray1D();
        var expected = threshold + (threshold == Lanes ? 10_000 : 0) + (threshold > 0 ? 100_000 : 0) + 53_000_000;
        Assert.That(values, Is.All.EqualTo(expected));
    }

    [Test]
    public void Shuffles_take_other_lanes_values(
        [Range(0, 8)] int kind, [Values(0, 1, 3, 7, 16, 31)] int delta, [Values(4, 32)] int width, [Values(32, 64, 45)] int lanes)
    {
        using var output = _cpu.Allocate<int>(lanes);
        Accelerator.LoadStreamKernel<ArrayView<int>, int, int, int>(GroupKernels.Shuffles)((1, lanes), output.View, kind, delta, width);
        Accelerator.Synchronize();
        var values = output.GetAsArray1D();
        for (var lane = 0; lane < lanes; lane++)
        {
            var part = kind is >= 4 and <= 7 ? width : 32;
            var (begin, inPart) = (lane / part * part, lane % part);
            var source = kind switch
            {
                0 or 8 => delta,
                1 or 5 => inPart + delta,
                2 or 6 => inPart - delta,
                4 => delta % width,
                _ => inPart ^ delta,
            };
            var isThere = source >= 0 && source < part && begin + source < lanes;
            Assert.That(values[lane], Is.EqualTo(1000 + (isThere ? begin + source : lane)), $"lane {lane}");
        }
    }

    [Test]
    public void Warps_shuffle_on_their_own()
    {
        using var output = _cpu.Allocate<float>(128);
        Accelerator.LoadStreamKernel<ArrayView<float>>(GroupKernels.WarpSums)((1, 128), output.View);
        Accelerator.Synchronize();
        var expected = Enumerable.Range(0, 128).Select(lane => lane / 32 * 32 + 15.5f);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void Lanes_that_have_ended_leave_the_barriers()
    {
        const int Lanes = 10;
        var values = Run(Lanes, (1, Lanes), GroupKernels.EarlyExit);
        // In round r, the lanes above r are still there.
        Assert.That(values, Is.EqualTo(Enumerable.Range(0, Lanes).Select(lane => Enumerable.Range(0, lane).Sum(r => Lanes - 1 - r))));
    }

    [Test]
    public void Dynamic_shared_memory_is_one_piece()
    {
        var config = new KernelConfig(3, 8, SharedMemoryConfig.RequestDynamic<int>(8));
        var values = Run(24, config, GroupKernels.Dynamic);
        Assert.That(values, Is.EqualTo(Enumerable.Range(0, 24).Select(lane => 8007 + 7 - lane % 8)));
    }

    [Test]
    public void Local_memory_belongs_to_one_lane()
    {
        var values = Run(40, (2, 20), GroupKernels.LocalArrays);
        Assert.That(values, Is.EqualTo(Enumerable.Range(0, 40).Select(lane => (lane % 20 * 64 + 28) * 10 + 1)));
    }

    [Test]
    public void Atomics_lose_nothing()
    {
        const int Lanes = 64 * 100;
        using var ints = Accelerator.Allocate1D([0, 0, 0, -1, 0, 0, 0, 0]);
        using var floats = _cpu.Allocate<float>(2);
        using var longs = _cpu.Allocate<long>(1);
        Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<float>, ArrayView<long>>(GroupKernels.Atomics)(
            (64, 100), ints.View, floats.View, longs.View);
        Accelerator.Synchronize();
        var xor = Enumerable.Range(0, Lanes).Aggregate((left, right) => left ^ right);
        Assert.Multiple(() =>
        {
            Assert.That(
                ints.GetAsArray1D(),
                Is.EqualTo(new[] { Lanes * (Lanes - 1) / 2, Lanes - 1, 1 - Lanes, ~255, 65535, xor, 1, 5 }));
            Assert.That(floats.GetAsArray1D(), Is.EqualTo(new[] { Lanes * 0.5f, Lanes - 1 }));
            Assert.That(longs.GetAsArray1D(), Is.EqualTo(new[] { (long)Lanes << 33 }));
        });
    }

    [Test]
    public void Kernels_without_barriers_stay_on_the_threads_of_the_pool()
    {
        var threads = Run(200 * 64, (200, 64), GroupKernels.WithoutBarrier).Distinct().ToArray();
        Assert.That(threads, Has.Length.LessThanOrEqualTo(2));
    }

    private KernelException Fails(KernelConfig config, Action<ArrayView<int>> kernel)
    {
        using var output = _cpu.Allocate<int>(4096);
        Accelerator.LoadStreamKernel(kernel)(config, output.View);
        return Assert.Throws<KernelException>(() => Accelerator.Synchronize())!;
    }

    [Test]
    public void Lanes_that_wait_for_each_other_forever_are_an_error() => Assert.That(
        Fails((1, 8), GroupKernels.Diverges).InnerException,
        Is.TypeOf<InvalidOperationException>()
            .With.Message.Contains("lane 0 at Group.Barrier").And.Message.Contains("lane 3 at a warp shuffle"));

    [Test]
    public void Different_shared_allocations_are_an_error() => Assert.That(
        Fails((1, 8), GroupKernels.DifferentShared).InnerException, Is.TypeOf<InvalidOperationException>().With.Message.Contains("Lane 1"));

    [Test]
    public void Shared_memory_has_a_limit() => Assert.That(
        Fails((1, 8), GroupKernels.TooMuchShared).Message, Does.Contain("TooMuchShared").And.Contain("0 of 49152 are free"));

    [Test]
    public void Bounds_of_shared_memory_are_checked_when_asked_for()
    {
        using var checking = new Cpu(assertions: true);
        using var output = checking.Allocate<int>(16);
        checking.Accelerator.LoadStreamKernel<ArrayView<int>>(GroupKernels.SharedOutOfBounds)((1, 16), output.View);
        var failure = Assert.Throws<KernelException>(() => checking.Accelerator.Synchronize());
        Assert.That(failure.Message, Does.Contain("Index 8 is outside a view of length 8."));
    }

    [Test]
    public void A_failing_lane_ends_the_launch_and_the_accelerator_lives_on([Values] bool onThreads)
    {
        // A text with a number in it is made with a Span, and a kernel that has one needs threads.
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>, int>(
            onThreads ? GroupKernels.FailsInOneLane : WaitingKernels.ThrowsBetweenWaits);
        using var output = _cpu.Allocate<int>(6400);
        for (var round = 0; round < 5; round++)
        {
            kernel((64, 100), output.View, 3333);
            var failure = Assert.Throws<KernelException>(() => Accelerator.Synchronize());
            Assert.Multiple(() =>
            {
                Assert.That(failure.Kernel, Is.EqualTo(onThreads ? "GroupKernels.FailsInOneLane" : "WaitingKernels.ThrowsBetweenWaits"));
                Assert.That(failure.InnerException, Is.TypeOf<ArithmeticException>());
            });
            output.MemSetToZero();
            kernel((64, 100), output.View, -1);
            Accelerator.Synchronize();
            Assert.That(output.GetAsArray1D(), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Groups_are_for_explicitly_grouped_kernels()
    {
        Assert.That(() => Group.IdxX, Throws.InvalidOperationException.With.Message.Contains("Group.IdxX"));
        Assert.That(() => Warp.Shuffle(1, 0), Throws.InvalidOperationException.With.Message.Contains("Warp.Shuffle"));
        using var output = _cpu.Allocate<int>(100);
        Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(GroupKernels.ImplicitBarrier)(100, output.View);
        var barrier = Assert.Throws<KernelException>(() => Accelerator.Synchronize());
        Assert.That(barrier.Message, Does.Contain("Group.Barrier is for explicitly grouped kernels"));
        Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(GroupKernels.ImplicitShared)(100, output.View);
        var shared = Assert.Throws<KernelException>(() => Accelerator.Synchronize());
        Assert.That(shared.Message, Does.Contain("SharedMemory.Allocate"));
    }

    [Test]
    public void Work_items_have_local_memory()
    {
        using var output = _cpu.Allocate<int>(100_000);
        Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(GroupKernels.ImplicitLocal)(100_000, output.View);
        Accelerator.Synchronize();
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 100_000)));
    }

    [Test]
    public void Impossible_groups_are_refused_at_once()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>>(GroupKernels.Indices);
        using var output = _cpu.Allocate<int>(1);
        Assert.Multiple(() =>
        {
            Assert.That(
                () => kernel((1, 1025), output.View), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("1025 lanes"));
            Assert.That(() => kernel((-1, -1), output.View), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(
                () => kernel(new KernelConfig(1, 1, SharedMemoryConfig.RequestDynamic<double>(7000)), output.View),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("56000 bytes"));
            Assert.That(() => kernel((0, 32), output.View), Throws.Nothing);
        });
    }

    [Test]
    public void Warps_have_the_size_of_the_device()
    {
        using var cpu = new Cpu(warpSize: 4);
        using var output = cpu.Allocate<float>(8);
        cpu.Accelerator.LoadStreamKernel<ArrayView<float>>(GroupKernels.WarpSums)((1, 8), output.View);
        cpu.Accelerator.Synchronize();
        Assert.That(output.GetAsArray1D(), Is.EqualTo(new[] { 1.5f, 1.5f, 1.5f, 1.5f, 5.5f, 5.5f, 5.5f, 5.5f }));
    }
}
