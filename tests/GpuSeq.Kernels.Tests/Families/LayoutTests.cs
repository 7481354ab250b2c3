using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>What strided copies and look-ups along an axis say of wrong calls, and what they do beside numbers.</summary>
public sealed class LayoutTests
{
    private static readonly int[] Sizes = [2, 3];

    [Test]
    public void Integers_AreCopiedBitByBit([Values] KernelShape shape)
    {
        using var device = new CpuKernels(shape);
        var (x, y) = (device.Ints([1, -1, int.MinValue, 0x7F800001, 5, 6]), device.Ints(new int[6])); // bits of a signalling NaN, too
        device.Library.Layout.Copy(StridedCopy.Permute(Sizes, [1, 0]), x, y);
        Assert.That(y.GetAsArray(), Is.EqualTo(new[] { 1, 0x7F800001, -1, 5, int.MinValue, 6 }));
    }

    [Test]
    public void ElementsOutsideTheBlock_StayAsTheyAre([Values] KernelShape shape)
    {
        using var device = new CpuKernels(shape);
        var (x, y) = (device.Floats([1f, 2f]), device.Floats(6, 9f));
        device.Library.Layout.Copy(StridedCopy.Window(Sizes, [0, 1], [2, 1]).Reversed, x, y);
        Assert.That(y.GetAsArray(), Is.EqualTo(new[] { 9f, 1f, 9f, 9f, 2f, 9f }));
    }

    [Test]
    public void CopiesThatCannotBe_AreNamed()
    {
        using var device = new CpuKernels();
        var (layout, six) = (device.Library.Layout, device.Floats(6));
        Expect(() => StridedCopy.Permute(Sizes, [0, 0]), "Permute: the order [0, 0] does not name each of 2 axes once");
        Expect(() => StridedCopy.Permute(Sizes, [0]), "Permute: the order [0]");
        Expect(() => StridedCopy.Permute(new int[7], new int[7]), "7 axes, and at most 6");
        Expect(() => StridedCopy.Window(Sizes, [0, 2], [2, 2]), "Window: 2 entries from 2 on by 1 do not lie in axis 1 of [2, 3]");
        Expect(() => StridedCopy.Window(Sizes, [0, 0], [2, 2], [1, 3]), "Window: 2 entries from 0 on by 3");
        Expect(() => StridedCopy.Broadcast(Sizes, [3, 3]), "Broadcast: [2, 3] does not fit [3, 3]");
        Expect(() => StridedCopy.Broadcast(Sizes, [3]), "Broadcast: [2, 3] does not fit [3]");
        Expect(() => layout.Copy(StridedCopy.Permute(Sizes, [1, 0]), device.Floats(5), six), "the source has 5 elements and needs 6");
        Expect(() => layout.Copy(StridedCopy.Permute(Sizes, [1, 0]), six, device.Floats(5)), "the target has 5 elements and needs 6");
        Expect(() => layout.Copy(StridedCopy.Broadcast([1], [6]).Reversed, six, six), "6 elements would share a place");

        static void Expect(TestDelegate call, string message) => Assert.That(call, Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    public void AnIndexOutsideTheAxis_SurfacesOnCpus([Values(-1, 3)] int wrong, [Values] bool takes)
    {
        ComputeRuntime.SkipWhereFailuresEndTheProcess();
        using var device = new CpuKernels();
        LookUp(device, wrong, takes);
        Assert.That(
            device.Accelerator.Synchronize,
            Throws.InstanceOf<AcceleratorException>().With.Message.Contains($"index {wrong} at position 1"));
    }

    [Test]
    public void AnIndexOutsideTheAxis_GivesNaNInGroups([Values(-1, 3)] int wrong, [Values] bool takes)
    {
        using var device = new CpuKernels(KernelShape.Group);
        var y = LookUp(device, wrong, takes).GetAsArray();
        Assert.That(y, Is.EqualTo(takes ? [0f, float.NaN, 1f, 1f] : new[] { 0f, float.NaN, 0f, float.NaN }));
    }

    [Test]
    public void SizesThatDoNotFit_AreNamed()
    {
        using var device = new CpuKernels();
        Assert.That(
            () => device.Library.Gather.Select(3, 2, device.Floats(7), device.Ints([0]), device.Floats(2)),
            Throws.ArgumentException.With.Message.Contains("1 indices of an axis [3, 2] do not lead from 7 elements to 2"));
        Assert.That(
            () => device.Library.Gather.Take(3, 2, device.Floats(6), device.Ints([0]), device.Floats(2)),
            Throws.ArgumentException.With.Message.Contains("1 indices of an axis [3, 2] do not lead from 6 elements to 2"));
        Assert.That(
            () => device.Library.Elementwise.Where(device.Ints([0]), device.Floats(2), default, device.Floats(1)),
            Throws.ArgumentException.With.Message.Contains("Where: a has 2 elements, but y has 1"));
    }

    private static ILGPU.ArrayView<float> LookUp(CpuKernels device, int wrong, bool takes)
    {
        var (x, y) = (device.Floats([0f, 1f, 2f, 0f, 1f, 2f]), device.Floats(4));
        if (takes)
            device.Library.Gather.Take(3, 1, x, device.Ints([0, wrong, 1, 1]), y);
        else
            device.Library.Gather.Select(3, 1, x, device.Ints([0, wrong]), y);
        return y;
    }
}
