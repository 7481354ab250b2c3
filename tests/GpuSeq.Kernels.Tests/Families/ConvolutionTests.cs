namespace GpuSeq.Kernels.Tests.Families;

/// <summary>What convolution and pooling say of wrong calls.</summary>
public sealed class ConvolutionTests
{
    [Test]
    public void ConvolutionsThatCannotBe_AreNamed()
    {
        using var device = new CpuKernels();
        var kernels = device.Library.Convolution;
        var shape = new ConvolutionShape(2, 4, 6, 3, 3, 2, 2);
        var (x, weight, y) = (device.Floats(72), device.Floats(96), device.Floats(48));
        Assert.Multiple(() =>
        {
            Expect(() => kernels.Forward(shape, x, weight, default, x), "2x4x3x3 to 6 by 2x2: y has 72 elements and needs 48");
            Expect(() => kernels.Forward(shape, x, weight, device.Floats(5), y), "bias has 5 elements and needs 6");
            Expect(() => kernels.BackwardInput(shape, x, y, x), "weight has 72 elements and needs 96");
            Expect(() => kernels.BackwardWeight(shape, y, y, weight), "x has 48 elements and needs 72");
            Expect(() => kernels.BackwardBias(shape, y, y), "dBias has 48 elements and needs 6");
            Expect(() => kernels.Forward(Change(groups: 3), x, weight, default, y), "groups do not divide");
            Expect(() => kernels.Forward(Change(groups: 0), x, weight, default, y), "groups do not divide");
            Expect(() => kernels.Forward(Change(stride: 0), x, weight, default, y), "strides and dilations are at least 1");
            Expect(() => kernels.Forward(Change(padding: -1), x, weight, default, y), "paddings at least 0");
        });

        static ConvolutionShape Change(int groups = 1, int stride = 1, int padding = 0) =>
            new(2, 4, 6, 3, 3, 2, 2) { Groups = groups, StrideWidth = stride, PaddingHeight = padding };
    }

    [Test]
    public void PoolsThatCannotBe_AreNamed()
    {
        using var device = new CpuKernels();
        var kernels = device.Library.Pooling;
        var (x, y, indices) = (device.Floats(32), device.Floats(8), device.Ints(new int[8]));
        Assert.Multiple(() =>
        {
            Expect(() => kernels.Max(new(2, 4, 4, 2, 2), x, y, default), "2x4x4 by 2x2: indices has 0 elements and needs 8");
            Expect(() => kernels.Average(new(2, 4, 4, 2, 2), y, y), "x has 8 elements and needs 32");
            Expect(() => kernels.MaxBackward(new(2, 4, 4, 2, 2), indices, y, y), "dx has 8 elements and needs 32");
            Expect(() => kernels.Average(new(2, 4, 4, 2, 2) { PaddingWidth = 2 }, x, y), "at most half the kernel");
            Expect(() => kernels.Average(new(2, 4, 4, 2, 2) { DilationWidth = 2 }, x, y), "means have no dilation");
            Expect(() => kernels.Average(new(2, 4, 4, 0, 2), x, y), "at least 1");
        });
    }

    private static void Expect(TestDelegate call, string message) =>
        Assert.That(call, Throws.ArgumentException.With.Message.Contains(message));
}
