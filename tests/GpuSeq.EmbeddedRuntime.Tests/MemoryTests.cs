using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>Memory is aligned, counted and given back; views show the part that they should.</summary>
public class MemoryTests
{
    private Cpu _cpu = null!;

    [SetUp]
    public void SetUp() => _cpu = new(assertions: true);

    [TearDown]
    public void TearDown() => _cpu.Dispose();

    [Test]
    public void Buffers_are_aligned_to_cache_lines([Values(0, 1, 3, 64, 1000, 100_003)] int length)
    {
        using var bytes = _cpu.Accelerator.Allocate1D<byte>(length);
        using var doubles = _cpu.Accelerator.Allocate1D<double>(length);
        Assert.Multiple(() =>
        {
            Assert.That((long)bytes.NativePtr % 64, Is.Zero);
            Assert.That((long)doubles.View.BaseView.LoadEffectiveAddressAsPtr() % 64, Is.Zero);
            Assert.That(doubles.LengthInBytes, Is.EqualTo(8L * length));
        });
    }

    [Test]
    public void Bytes_are_counted()
    {
        var accelerator = _cpu.Accelerator;
        using (accelerator.Allocate1D<float>(100))
        {
            var second = accelerator.Allocate1D<long>(50);
            Assert.That((accelerator.LiveBytes, accelerator.LiveBuffers), Is.EqualTo((800L, 2)));
            second.Dispose();
            second.Dispose();
            Assert.That((accelerator.LiveBytes, accelerator.LiveBuffers, second.IsDisposed), Is.EqualTo((400L, 1, true)));
        }
        Assert.That((accelerator.LiveBytes, accelerator.PeakBytes, accelerator.LiveBuffers), Is.EqualTo((0L, 800L, 0)));
    }

    [Test]
    public void Accelerators_give_back_what_is_left()
    {
        MemoryBuffer1D<int, Stride1D.Dense> buffer;
        using (var cpu = new Cpu())
            buffer = cpu.Accelerator.Allocate1D<int>(10);
        Assert.That(buffer.IsDisposed);
        Assert.That(() => buffer.Accelerator.Allocate1D<int>(1), Throws.TypeOf<ObjectDisposedException>());
    }

    [TestCase(-1L)]
    [TestCase(long.MaxValue / 4)]
    [TestCase(long.MinValue)]
    public void Sizes_out_of_range_are_refused(long length) => Assert.That(
        () => _cpu.Accelerator.Allocate1D<double>(length),
        Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(length.ToString(null as IFormatProvider)));

    [Test]
    public void Too_much_memory_is_refused_with_what_is_free()
    {
        using var some = _cpu.Accelerator.Allocate1D<byte>(1000);
        var (total, asked) = (_cpu.Accelerator.MemorySize, _cpu.Accelerator.MemorySize / 4 + 1);
        Assert.That(
            () => _cpu.Accelerator.Allocate1D<float>(asked),
            Throws.TypeOf<OutOfMemoryException>()
                .With.Message.Contains($"{4 * asked} bytes").And.Message.Contains($"{total - 1000} of {total}"));
        Assert.That(_cpu.Accelerator.LiveBytes, Is.EqualTo(1000));
    }

    [Test]
    public void Copies_go_both_ways()
    {
        var data = Enumerable.Range(0, 10).ToArray();
        using var buffer = _cpu.Accelerator.Allocate1D<int>(12);
        buffer.MemSetToZero();
        buffer.View.SubView(1, 10).CopyFromCPU(data);
        var all = buffer.GetAsArray1D();
        Assert.That(all, Is.EqualTo(new[] { 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0 }));
        using var other = _cpu.Allocate<int>(12);
        buffer.View.BaseView.SubView(2, 4).CopyTo(other.View.BaseView.SubView(8));
        var span = new int[5];
        other.View.BaseView.SubView(7).CopyToCPU(span.AsSpan());
        Assert.Multiple(() =>
        {
            Assert.That(span, Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
            Assert.That(() => buffer.CopyFromCPU(new int[13]), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("13"));
            Assert.That(() => buffer.CopyToCPU(new int[13]), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Parts_and_casts_show_the_same_memory()
    {
        using var buffer = _cpu.Accelerator.Allocate1D(Enumerable.Range(0, 11).ToArray());
        ArrayView<int> view = buffer.View;
        var pairs = view.SubView(2).Cast<long>();
        Assert.Multiple(() =>
        {
            Assert.That(pairs.Length, Is.EqualTo(4));
            Assert.That(pairs[1], Is.EqualTo(4L | 5L << 32));
            Assert.That(view.SubView(10, 0).Length, Is.Zero);
            Assert.That(default(ArrayView<int>).SubView(0).Length, Is.Zero);
            Assert.That(view.SubView(3, 4).IntLength, Is.EqualTo(4));
            Assert.That(view.SubView(3, 4) == view.SubView(3, 5), Is.False);
            Assert.That(() => view.SubView(8, 4), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("4 elements at 8"));
            Assert.That(() => view.SubView(11), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => view.SubView(-1, 2), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(
                () => pairs[4],
                Throws.TypeOf<IndexOutOfRangeException>().With.Message.Contains("Index 4").And.Message.Contains("length 4"));
            Assert.That(() => ArrayView<float>.Empty[0], Throws.TypeOf<IndexOutOfRangeException>());
            Assert.That(default(ArrayView<float>).IsValid, Is.False);
        });
    }

    [Test]
    public void Views_without_checks_refuse_only_what_is_empty()
    {
        using var unchecked_ = new Cpu();
        using var buffer = unchecked_.Allocate<int>(4);
        ArrayView<int> view = buffer.View;
        Assert.That(() => view.SubView(0, 2)[3], Throws.Nothing);
        Assert.That(() => view.SubView(0, 0)[0], Throws.TypeOf<IndexOutOfRangeException>());
    }
}
