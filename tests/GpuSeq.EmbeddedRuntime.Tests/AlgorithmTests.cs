using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>Mathematical functions and bits of numbers are what their names say.</summary>
public class AlgorithmTests
{
    [Test]
    public void Functions_of_floats_and_doubles_agree([Values(-2.5f, -0.75f, 0.25f, 0.9f, 3f)] float x)
    {
        var near = Is.EqualTo(0).Within(1e-5);
        Assert.Multiple(() =>
        {
            Assert.That(XMath.Exp(x) / XMath.Exp((double)x) - 1, near);
            Assert.That(XMath.Exp2(x) / XMath.Exp2((double)x) - 1, near);
            Assert.That(XMath.Tanh(x) - XMath.Tanh((double)x), near);
            Assert.That(XMath.Sinh(x) / XMath.Sinh((double)x) - 1, near);
            Assert.That(XMath.Cosh(x) / XMath.Cosh((double)x) - 1, near);
            Assert.That(XMath.Sin(x) - XMath.Sin((double)x), near);
            Assert.That(XMath.Cos(x) - XMath.Cos((double)x), near);
            Assert.That(XMath.Rcp(x) * x - 1, near);
            Assert.That(XMath.Rsqrt(x * x) * XMath.Abs(x) - 1, near);
            Assert.That(XMath.Log2(XMath.Exp2(x)) - x, near);
            Assert.That(XMath.Log(XMath.Exp(x)) - x, near);
            Assert.That(XMath.Pow(XMath.Abs(x), 2.0) - x * x, near);
            Assert.That(XMath.Atan2(x, 1f) - XMath.Atan(x), near);
            Assert.That(XMath.Floor(x) - Math.Floor(x), near);
            Assert.That(XMath.Clamp(x, -1, 1), Is.EqualTo(Math.Clamp(x, -1, 1)));
            Assert.That(XMath.Sign(x), Is.EqualTo(Math.Sign(x)));
        });
    }

    [Test]
    public void Integers_are_divided_and_counted() => Assert.Multiple(() =>
    {
        Assert.That(XMath.DivRoundUp(10, 4), Is.EqualTo(3));
        Assert.That(XMath.DivRoundUp(12L, 4L), Is.EqualTo(3));
        Assert.That(XMath.DivRoundDown(11, 4), Is.EqualTo(2));
        Assert.That(IntrinsicMath.PopCount(0xF0F0u), Is.EqualTo(8));
        Assert.That(XMath.LeadingZeroCount(1), Is.EqualTo(31));
        Assert.That(XMath.TrailingZeroCount(8L), Is.EqualTo(3));
        Assert.That(XMath.Max((byte)3, (byte)200), Is.EqualTo(200));
        Assert.That(XMath.Sign(float.NaN), Is.Zero);
    });

    [Test]
    public void Bits_of_numbers_go_both_ways() => Assert.Multiple(() =>
    {
        Assert.That(Interop.FloatAsInt(1f), Is.EqualTo(0x3F800000u));
        Assert.That(Interop.IntAsFloat(0x40000000u), Is.EqualTo(2f));
        Assert.That(Interop.IntAsFloat(Interop.FloatAsInt(-0.1)), Is.EqualTo(-0.1));
        Assert.That(Interop.SizeOf<Index3D>(), Is.EqualTo(12));
    });

    [Test]
    public void Atomics_return_what_was_there()
    {
        var (i, u, l, ul, f, d) = (5, 5u, 5L, 5ul, 5f, 5.0);
        var index = new Index1D(5);
        Assert.Multiple(() =>
        {
            Assert.That((Atomic.Add(ref i, 2), i), Is.EqualTo((5, 7)));
            Assert.That((Atomic.Max(ref u, 9), u), Is.EqualTo((5u, 9u)));
            Assert.That((Atomic.Min(ref l, -9), l), Is.EqualTo((5L, -9L)));
            Assert.That((Atomic.Xor(ref ul, 1), ul), Is.EqualTo((5ul, 4ul)));
            Assert.That((Atomic.Exchange(ref f, 6), f), Is.EqualTo((5f, 6f)));
            Assert.That((Atomic.CompareExchange(ref d, 5, 8), d), Is.EqualTo((5.0, 8.0)));
            Assert.That((Atomic.CompareExchange(ref d, 5, 9), d), Is.EqualTo((8.0, 8.0)));
            Assert.That((Atomic.CompareExchange(ref i, 7, 1), i), Is.EqualTo((7, 1)));
            Assert.That((Atomic.Add(ref index, new Index1D(1)).X, index.X), Is.EqualTo((5, 6)));
            Assert.That((Atomic.Or(ref i, 6), i), Is.EqualTo((1, 7)));
            Assert.That((Atomic.And(ref i, 4), i), Is.EqualTo((7, 4)));
            Assert.That((Atomic.Add(ref d, 0.5), d), Is.EqualTo((8.0, 8.5)));
        });
    }
}
